/// The pages of `FixedState`, as other programs were seen to read them.
enum GoldenPages {
    static let text = #"""
        # HELP demo_app_info What is known of an app.
        # TYPE demo_app_info gauge
        demo_app_info{app="shop",name="a \"quoted\" \\ name,\nin two lines: é 漢字 😀 {x=\"1\"} # 5",team="sales",tier=""} 1
        # HELP demo_duration_seconds How long runs took.
        # TYPE demo_duration_seconds histogram
        demo_duration_seconds_bucket{app="quiet",le="0.25"} 0
        demo_duration_seconds_bucket{app="quiet",le="0.5"} 0
        demo_duration_seconds_bucket{app="quiet",le="1.0"} 0
        demo_duration_seconds_bucket{app="quiet",le="2.5"} 0
        demo_duration_seconds_bucket{app="quiet",le="5.0"} 0
        demo_duration_seconds_bucket{app="quiet",le="+Inf"} 0
        demo_duration_seconds_sum{app="quiet"} 0
        demo_duration_seconds_count{app="quiet"} 0
        demo_duration_seconds_bucket{app="shop",le="0.25"} 11
        demo_duration_seconds_bucket{app="shop",le="0.5"} 18
        demo_duration_seconds_bucket{app="shop",le="1.0"} 26
        demo_duration_seconds_bucket{app="shop",le="2.5"} 35
        demo_duration_seconds_bucket{app="shop",le="5.0"} 43
        demo_duration_seconds_bucket{app="shop",le="+Inf"} 49
        demo_duration_seconds_sum{app="shop"} 96.01723378487245
        demo_duration_seconds_count{app="shop"} 49
        # HELP demo_failure_ratio Share of runs that failed.
        # TYPE demo_failure_ratio gauge
        demo_failure_ratio NaN
        # HELP demo_runs_total Runs of "demo" \\ apps,\nby status.
        # TYPE demo_runs_total counter
        demo_runs_total{app="a \"quoted\" \\ name,\nin two lines: é 漢字 😀 {x=\"1\"} # 5",status="failed"} 0
        demo_runs_total{app="shop",status="failed"} 3
        demo_runs_total{app="shop",status="succeeded"} 12
        # HELP demo_tokens Tokens of each run.
        # TYPE demo_tokens histogram
        demo_tokens_bucket{le="100.0"} 2
        demo_tokens_bucket{le="1000.0"} 3
        demo_tokens_bucket{le="+Inf"} 4
        demo_tokens_sum 5281
        demo_tokens_count 4
        # HELP demo_waited_seconds_total Time waited.
        # TYPE demo_waited_seconds_total counter
        demo_waited_seconds_total{app="shop"} 0.125

        """#

    static let openMetrics = #"""
        # TYPE demo_app_info gauge
        # HELP demo_app_info What is known of an app.
        demo_app_info{app="shop",name="a \"quoted\" \\ name,\nin two lines: é 漢字 😀 {x=\"1\"} # 5",team="sales",tier=""} 1
        # TYPE demo_duration_seconds histogram
        # UNIT demo_duration_seconds seconds
        # HELP demo_duration_seconds How long runs took.
        demo_duration_seconds_bucket{app="quiet",le="0.25"} 0
        demo_duration_seconds_bucket{app="quiet",le="0.5"} 0
        demo_duration_seconds_bucket{app="quiet",le="1.0"} 0
        demo_duration_seconds_bucket{app="quiet",le="2.5"} 0
        demo_duration_seconds_bucket{app="quiet",le="5.0"} 0
        demo_duration_seconds_bucket{app="quiet",le="+Inf"} 0
        demo_duration_seconds_sum{app="quiet"} 0
        demo_duration_seconds_count{app="quiet"} 0
        demo_duration_seconds_bucket{app="shop",le="0.25"} 11 # {run_id="01234567-89ab-cdef-0123-000000000010",trace_id="0123456789abcdef0123000000000010"} 0.23579476910000013 1700000015
        demo_duration_seconds_bucket{app="shop",le="0.5"} 18
        demo_duration_seconds_bucket{app="shop",le="1.0"} 26 # {run_id="01234567-89ab-cdef-0123-000000000020",trace_id="0123456789abcdef0123000000000020"} 0.6115909044841462 1700000030
        demo_duration_seconds_bucket{app="shop",le="2.5"} 35 # {run_id="01234567-89ab-cdef-0123-000000000030",trace_id="0123456789abcdef0123000000000030"} 1.586309297171495 1700000045
        demo_duration_seconds_bucket{app="shop",le="5.0"} 43 # {run_id="01234567-89ab-cdef-0123-000000000040",trace_id="0123456789abcdef0123000000000040"} 4.114477778925099 1700000060
        demo_duration_seconds_bucket{app="shop",le="+Inf"} 49
        demo_duration_seconds_sum{app="shop"} 96.01723378487245
        demo_duration_seconds_count{app="shop"} 49
        # TYPE demo_failure_ratio gauge
        # UNIT demo_failure_ratio ratio
        # HELP demo_failure_ratio Share of runs that failed.
        demo_failure_ratio NaN
        # TYPE demo_runs counter
        # HELP demo_runs Runs of \"demo\" \\ apps,\nby status.
        demo_runs_total{app="a \"quoted\" \\ name,\nin two lines: é 漢字 😀 {x=\"1\"} # 5",status="failed"} 0
        demo_runs_total{app="shop",status="failed"} 3 # {run_id="01234567-89ab-cdef-0123-000000000007",trace_id="0123456789abcdef0123000000000007"} 1 1700000060.125
        demo_runs_total{app="shop",status="succeeded"} 12
        # TYPE demo_tokens histogram
        # HELP demo_tokens Tokens of each run.
        demo_tokens_bucket{le="100.0"} 2
        demo_tokens_bucket{le="1000.0"} 3
        demo_tokens_bucket{le="+Inf"} 4
        demo_tokens_sum 5281
        demo_tokens_count 4
        # TYPE demo_waited_seconds counter
        # UNIT demo_waited_seconds seconds
        # HELP demo_waited_seconds Time waited.
        demo_waited_seconds_total{app="shop"} 0.125
        # EOF

        """#

    /// In hexadecimal digits.
    static let protobuf = """
        a3010a0d64656d6f5f6170705f696e666f121857686174206973206b6e6f776e206f6620616e206170702e180122760a0b0a036170701204
        73686f700a430a046e616d65123b61202271756f74656422205c206e616d652c0a696e2074776f206c696e65733a20c3a920e6bca2e5ad97
        20f09f9880207b783d2231227d202320350a0d0a047465616d120573616c65730a080a04746965721200120909000000000000f03f880a0a
        1564656d6f5f6475726174696f6e5f7365636f6e64731213486f77206c6f6e672072756e7320746f6f6b2e18042284010a0c0a0361707012
        0571756965743a7408001100000000000000001a0b080011000000000000d03f1a0b080011000000000000e03f1a0b080011000000000000
        f03f1a0b08001100000000000004401a0b08001100000000000014401a0b080011000000000000f07f280631000000000000f03738007a0c
        0880e2cfaa061080cab5ee0122c7080a0b0a03617070120473686f703ab708083111769abb5b1a0158401a7c080b11000000000000d03f1a
        6f0a2e0a0672756e5f6964122430313233343536372d383961622d636465662d303132332d3030303030303030303031300a2c0a08747261
        63655f69641220303132333435363738396162636465663031323330303030303030303030313011861aede2852ece3f1a06088fe2cfaa06
        1a0b081211000000000000e03f1a7c081a11000000000000f03f1a6f0a2e0a0672756e5f6964122430313233343536372d383961622d6364
        65662d303132332d3030303030303030303032300a2c0a0874726163655f6964122030313233343536373839616263646566303132333030
        3030303030303030323011834ba9162792e33f1a06089ee2cfaa061a7c08231100000000000004401a6f0a2e0a0672756e5f696412243031
        3233343536372d383961622d636465662d303132332d3030303030303030303033300a2c0a0874726163655f696412203031323334353637
        38396162636465663031323330303030303030303030333011ba138bdb8561f93f1a0608ade2cfaa061a7c082b1100000000000014401a6f
        0a2e0a0672756e5f6964122430313233343536372d383961622d636465662d303132332d3030303030303030303034300a2c0a0874726163
        655f696412203031323334353637383961626364656630313233303030303030303030303430117768b2a9397510401a0608bce2cfaa061a
        0b083111000000000000f07f280631000000000000f03738016204083310356a350200000000000102000000000000000000010200000000
        0000000000010200000000000000000001020000000000000000000102007a060880e2cfaa0682016f0a2e0a0672756e5f69641224303132
        33343536372d383961622d636465662d303132332d3030303030303030303031300a2c0a0874726163655f69641220303132333435363738
        396162636465663031323330303030303030303030313011861aede2852ece3f1a06088fe2cfaa0682016f0a2e0a0672756e5f6964122430
        313233343536372d383961622d636465662d303132332d3030303030303030303032300a2c0a0874726163655f6964122030313233343536
        3738396162636465663031323330303030303030303030323011834ba9162792e33f1a06089ee2cfaa0682016f0a2e0a0672756e5f696412
        2430313233343536372d383961622d636465662d303132332d3030303030303030303033300a2c0a0874726163655f696412203031323334
        35363738396162636465663031323330303030303030303030333011ba138bdb8561f93f1a0608ade2cfaa0682016f0a2e0a0672756e5f69
        64122430313233343536372d383961622d636465662d303132332d3030303030303030303034300a2c0a0874726163655f69641220303132
        3334353637383961626364656630313233303030303030303030303430117768b2a9397510401a0608bce2cfaa062a077365636f6e647346
        0a1264656d6f5f6661696c7572655f726174696f121a5368617265206f662072756e732074686174206661696c65642e1801220b12090900
        0000000000f87f2a05726174696f81030a0f64656d6f5f72756e735f746f74616c122152756e73206f66202264656d6f22205c2061707073
        2c0a6279207374617475732e180022610a420a03617070123b61202271756f74656422205c206e616d652c0a696e2074776f206c696e6573
        3a20c3a920e6bca2e5ad9720f09f9880207b783d2231227d202320350a100a0673746174757312066661696c65641a090900000000000000
        0022ae010a0b0a03617070120473686f700a100a0673746174757312066661696c65641a8c0109000000000000084012740a2e0a0672756e
        5f6964122430313233343536372d383961622d636465662d303132332d3030303030303030303030370a2c0a0874726163655f6964122030
        3132333435363738396162636465663031323330303030303030303030303711000000000000f03f1a0b08bce2cfaa0610c0b2cd3b1a0b08
        80e2cfaa061080e59a7722350a0b0a03617070120473686f700a130a0673746174757312097375636365656465641a110900000000000028
        401a060880e2cfaa065a0a0b64656d6f5f746f6b656e731213546f6b656e73206f6620656163682072756e2e180422343a32080411000000
        0000a1b4401a0b08021100000000000059401a0b0803110000000000408f401a0b080411000000000000f07f560a1964656d6f5f77616974
        65645f7365636f6e64735f746f74616c120c54696d65207761697465642e180022200a0b0a03617070120473686f701a1109000000000000
        c03f1a060880e2cfaa062a077365636f6e6473
        """
}
