/// Certificates for tests alone, valid for a hundred years. Their keys are no secrets: everybody who reads this has them.
package enum TestCertificates {
    /// An authority.
    package static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBiTCCAS+gAwIBAgIUUMqeMaSKxNbBkMvHPcRX/FgeBKwwCgYIKoZIzj0EAwIw
        GTEXMBUGA1UEAwwOVGVzdCBhdXRob3JpdHkwIBcNMjYxMTI5MTY0MjE1WhgPMjEy
        NjExMDUxNjQyMTVaMBkxFzAVBgNVBAMMDlRlc3QgYXV0aG9yaXR5MFkwEwYHKoZI
        zj0CAQYIKoZIzj0DAQcDQgAEcH7nl14VxzytPndyhghSpKMfDQAm2FUjUypYjV0w
        JS6xV6pIQM2glNcSUwXpvEZO6o4pCwrz0xm5l6rOMWXA0aNTMFEwHQYDVR0OBBYE
        FEdmvEj3YXoyPagj/gjBtuj7BSFFMB8GA1UdIwQYMBaAFEdmvEj3YXoyPagj/gjB
        tuj7BSFFMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAKlHTkLg
        BVqYUw1NBUJFykpP/To4NI0a07DZphf81BN6AiAnI/AGbHwIUMUN6548ztELvCvK
        B+Zuhdc24lx/+6S3UQ==
        -----END CERTIFICATE-----

        """

    /// Of the authority, for localhost and 127.0.0.1.
    package static let server = """
        -----BEGIN CERTIFICATE-----
        MIIBqzCCAVKgAwIBAgIUW9YXHRgOA5TrX5oj9TOoq41pjXwwCgYIKoZIzj0EAwIw
        GTEXMBUGA1UEAwwOVGVzdCBhdXRob3JpdHkwIBcNMjYxMTI5MTY0MjE1WhgPMjEy
        NjExMDUxNjQyMTVaMBExDzANBgNVBAMMBnNlcnZlcjBZMBMGByqGSM49AgEGCCqG
        SM49AwEHA0IABHV8VBe2ncekKchQW2aDZfAgHpH1x3h864h1EhXiCl7Rp+RPpjrP
        B+hwuKZGj6+VHxBIYdAqVPR9MUS7AjamhZOjfjB8MBoGA1UdEQQTMBGCCWxvY2Fs
        aG9zdIcEfwAAATATBgNVHSUEDDAKBggrBgEFBQcDATAJBgNVHRMEAjAAMB0GA1Ud
        DgQWBBRnz6X2R0Y/oQl4VYtBkG3qgk4vBjAfBgNVHSMEGDAWgBRHZrxI92F6Mj2o
        I/4Iwbbo+wUhRTAKBggqhkjOPQQDAgNHADBEAiBkMOgh82r7VTSPtsSPrYrlp9ur
        FJkz+/SoIGIk3yf6zgIgD5K+wq4jd1pYH9cxfeEDUr7zSnnRrHqxcQ/Nl1mq4T4=
        -----END CERTIFICATE-----

        """

    package static let serverKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgVuJkhL8e819yzNaK
        ImL415JKj2EL+n4gyIcUF54X+XqhRANCAAR1fFQXtp3HpCnIUFtmg2XwIB6R9cd4
        fOuIdRIV4gpe0afkT6Y6zwfocLimRo+vlR8QSGHQKlT0fTFEuwI2poWT
        -----END PRIVATE KEY-----

        """

    /// The same, as it is renewed.
    package static let successor = """
        -----BEGIN CERTIFICATE-----
        MIIBsDCCAVWgAwIBAgIUW9YXHRgOA5TrX5oj9TOoq41pjX0wCgYIKoZIzj0EAwIw
        GTEXMBUGA1UEAwwOVGVzdCBhdXRob3JpdHkwIBcNMjYxMTI5MTY0MjE1WhgPMjEy
        NjExMDUxNjQyMTVaMBQxEjAQBgNVBAMMCXN1Y2Nlc3NvcjBZMBMGByqGSM49AgEG
        CCqGSM49AwEHA0IABKj+AeU8qz2AJzEyEfzObYZbOC6sFTJ4IE+wZa5sIkhXWmnW
        eXiVOnjLrePHblEFl/jZwLa/pd4jv1DaXdttUL+jfjB8MBoGA1UdEQQTMBGCCWxv
        Y2FsaG9zdIcEfwAAATATBgNVHSUEDDAKBggrBgEFBQcDATAJBgNVHRMEAjAAMB0G
        A1UdDgQWBBREZHOc1JX6Cbv7tzhJWlSl7ve/6jAfBgNVHSMEGDAWgBRHZrxI92F6
        Mj2oI/4Iwbbo+wUhRTAKBggqhkjOPQQDAgNJADBGAiEA5/iLsqN2MWyZjOU4VeLp
        Q+IJ6PDKV/cau+Mtu9Oqu6ECIQD9GO1A1XKBc17kHdRbDLgm7mmtxYiJe+EAJ8wX
        FJ5+Cg==
        -----END CERTIFICATE-----

        """

    package static let successorKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgbiIoptKwK2b0QYCC
        H0AbJtut4DM4SpXIUWL90Rv9OGGhRANCAASo/gHlPKs9gCcxMhH8zm2GWzgurBUy
        eCBPsGWubCJIV1pp1nl4lTp4y63jx25RBZf42cC2v6XeI79Q2l3bbVC/
        -----END PRIVATE KEY-----

        """

    /// Of the authority, for `prometheus.test`, 10.0.0.7, `ops@test` and `spiffe://test/prometheus`.
    package static let client = """
        -----BEGIN CERTIFICATE-----
        MIIB2DCCAX6gAwIBAgIUW9YXHRgOA5TrX5oj9TOoq41pjX4wCgYIKoZIzj0EAwIw
        GTEXMBUGA1UEAwwOVGVzdCBhdXRob3JpdHkwIBcNMjYxMTI5MTY0MjE1WhgPMjEy
        NjExMDUxNjQyMTVaMBExDzANBgNVBAMMBmNsaWVudDBZMBMGByqGSM49AgEGCCqG
        SM49AwEHA0IABGh1mUdef6oO3b2LvW12hu2jFMQV7LKO77Epjg1in1iX8DVGV+9l
        x5nj5M7SqVTllRoaGyJr7JbrP+lq4yuujGajgakwgaYwRAYDVR0RBD0wO4IPcHJv
        bWV0aGV1cy50ZXN0hwQKAAAHgQhvcHNAdGVzdIYYc3BpZmZlOi8vdGVzdC9wcm9t
        ZXRoZXVzMBMGA1UdJQQMMAoGCCsGAQUFBwMCMAkGA1UdEwQCMAAwHQYDVR0OBBYE
        FFeoh53xRuUT0K8ipAkP7WzzDeuuMB8GA1UdIwQYMBaAFEdmvEj3YXoyPagj/gjB
        tuj7BSFFMAoGCCqGSM49BAMCA0gAMEUCIQDJb/GKvPuKssA/NJLvB8FVoH7xbmzt
        1Q8aIH4vs3EPOAIgN59lvXPDrHJ5YTNPcatJFVVH1M/+4NUprEA27DYX0eo=
        -----END CERTIFICATE-----

        """

    package static let clientKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgYhXTD204mPt/pHs0
        G3pIsknJ4FNrCaujbHXrwJMGag2hRANCAARodZlHXn+qDt29i71tdobtoxTEFeyy
        ju+xKY4NYp9Yl/A1RlfvZceZ4+TO0qlU5ZUaGhsia+yW6z/pauMrroxm
        -----END PRIVATE KEY-----

        """

    /// Signed by nobody but itself.
    package static let stranger = """
        -----BEGIN CERTIFICATE-----
        MIIBgTCCASegAwIBAgIUMulfhJZG8Mp4HUnP6UzsZOOG6Z4wCgYIKoZIzj0EAwIw
        FTETMBEGA1UEAwwKQSBzdHJhbmdlcjAgFw0yNjExMjkxNjQyMTVaGA8yMTI2MTEw
        NTE2NDIxNVowFTETMBEGA1UEAwwKQSBzdHJhbmdlcjBZMBMGByqGSM49AgEGCCqG
        SM49AwEHA0IABJrFKyFPJ3rhqkLI+kRhIYMR5sU8dpfxOCPCgRnLfxD/UhiXWbsl
        Z24rFRHEYCjDSxihD3ERsgw79Vy2FNrA6iejUzBRMB0GA1UdDgQWBBRTlj2emcZo
        Mvy1/yizh9aixANP4DAfBgNVHSMEGDAWgBRTlj2emcZoMvy1/yizh9aixANP4DAP
        BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIFwmtsHornFliPcSAWiG
        JuoSYX1TkhleHnDg0ZE0F/hVAiEAudSB41z3pfa+Bbymn17k89oBAimkJnhFVmF2
        77nphdo=
        -----END CERTIFICATE-----

        """

    package static let strangerKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgacrVsawwgkoQBFKC
        AoakIMFF0F0RM3nKJpbGdymtljuhRANCAASaxSshTyd64apCyPpEYSGDEebFPHaX
        8TgjwoEZy38Q/1IYl1m7JWduKxURxGAow0sYoQ9xEbIMO/VcthTawOon
        -----END PRIVATE KEY-----

        """

    /// The server's key behind a passphrase.
    package static let encryptedServerKey = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiNOXJuW2PmRQICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEKnKrcH24VvJHOz2vVlUKGwEgZAH
        nlhPhVc0Xp6NZApRCWu9cv/81BfLBY0Zn8KNJV/i2OXo3EnD6H3lumPkkRUMNVC2
        JnQHcJVyCouvkg5xqrHnOqQub3WcmTk+GixPKIkHTKJSfGuP8ov4J6+PuzCKyW67
        tnRMZWlqdaw9f9hZcMyApcGkc9uuUQvUHtsdsm8itpHLgxvi8f6wvrpHk1a2wfk=
        -----END ENCRYPTED PRIVATE KEY-----

        """
}
