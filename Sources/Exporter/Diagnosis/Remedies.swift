import DifyAPI
import HTTPEndpoint
import LogCollection

// What an operator can do about an error, in the words of the configuration. The parts that find an error do not know them.

extension APIError {
    /// What happened and what to do.
    package var advice: String {
        remedy.map { "\(description). \($0)" } ?? "\(description)."
    }

    private var remedy: String? {
        switch self {
        case .authentication:
            "Take the app's key from its API Access page in Dify; the key of an app begins with 'app-'."
        case .forbidden: "Look at the app's state in Dify, and at what a proxy before it lets through."
        case .invalidParameter: "Dify's own log says more; look whether this version of Dify is supported."
        case .unreadableRow: "Dify's own log names the value; repair the row, or upgrade Dify."
        case .refused(let refusal, _, _): refusal.remedy
        case .throttled:
            "The app is tried again when the pause is over. Lower requests_per_second or lengthen poll_interval if it happens "
                + "often."
        case .paused:
            "One request then finds out whether they may go on. Lower requests_per_second or lengthen poll_interval if it "
                + "happens often."
        case .server: "Its own log says why; the request is repeated."
        case .timeout: "Raise request_timeout, or look at Dify's load and at its Redis."
        case .connection:
            "Check base_url with its scheme, host and port, the network, and that Dify is running."
        case .tls(let problem, _): problem.remedy
        case .notDify: "Check base_url: it usually ends with /v1."
        case .oversized: "Check base_url; a proxy before Dify must pass its answers unchanged."
        case .ignoresTimeBounds: "Upgrade Dify."
        case .cancelled, .unavailable: nil
        }
    }
}

extension Refusal {
    fileprivate var remedy: String {
        switch self {
        case .keyDidNotArrive: "Let the proxy before Dify pass the header Authorization on as it is."
        case .workspaceWithoutOwner:
            "The key is right: give the workspace an active owner in Dify, or remove the app here."
        case .workspaceArchived: "Restore the workspace in Dify, or remove the app here."
        case .workspaceGone, .appGone: "Remove the app here, or give it the key of an app that exists."
        case .appAbnormal: "Bring the app back into service in Dify, or remove it here."
        case .apiAccessOff: "Switch the app's API access on in Dify, or remove the app here."
        case .notWorkflowApp: "Use the key of a workflow app, or remove this one."
        case .unknownAccount:
            "Correct created_by_account in the app's filter: it is the e-mail of a member, in the case that Dify shows."
        case .filter: "Correct the app's filter."
        }
    }
}

extension TLSProblem {
    fileprivate var remedy: String {
        switch self {
        case .notTLS: "Begin base_url with http://, or name the port that speaks TLS."
        case .expired: "Renew it."
        case .notYetValid: "Set this machine's clock, or wait until it is."
        case .unknownAuthority: "Name the PEM file of the server's authority in SSL_CERT_FILE."
        case .wrongName: "Use a name of the certificate in base_url, or get a certificate for this one."
        case .authoritiesUnreadable: "Correct SSL_CERT_FILE and SSL_CERT_DIR."
        case .other: "Look at the TLS settings of the server, and of a proxy before it."
        }
    }
}

extension CollectionProblem {
    /// What happened and what to do.
    package var advice: String {
        switch self {
        case .api(let error): error.advice
        case .state(let problem): problem.advice
        case .notSaved(let problem): "the newest numbers cannot be saved, so they are not published: \(problem.advice)"
        }
    }
}

extension StateProblem {
    /// What happened and what to do.
    package var advice: String {
        remedy.map { "\(description). \($0)" } ?? description
    }

    private var remedy: String? {
        switch self {
        case .damaged: "Restore it from a backup, or start the app's numbers anew with --storage.reset-app."
        case .newerVersion: "Use that one, or start the app's numbers anew with --storage.reset-app."
        case .foreign:
            "Configure this app under another name, correct its key, or start its numbers anew with --storage.reset-app."
        case .locked: "End it, or give this one another --storage.path."
        case .disk: "Make the folder of --storage.path writable, and free some space."
        case .outOfDescriptors: nil
        }
    }
}

extension HTTPServerError {
    /// What happened and what to do, where `option` has said where to listen.
    package func advice(_ option: Option) -> String {
        "\(description); \(remedy("--\(option.name)"))"
    }

    private func remedy(_ flag: String) -> String {
        switch reason {
        case .portInUse: "end the program that has it, or choose another \(flag)"
        case .permissionDenied: "choose a \(flag) with a port of 1024 or above"
        case .addressNotAvailable:
            "choose one that it has as \(flag), or :\(address.port) for every interface"
        case .unknownHost: "correct the name in \(flag), or use :\(address.port) for every interface"
        case .system: "check the address in \(flag) and the limits that the system sets this program"
        }
    }
}
