import Bytes
import HTTPEndpoint

extension HTTPRequest {
    /// Whether a page of another site had a browser make this request, by what browsers say of it and no page can change
    /// (Fetch Standard, `Origin`; Fetch Metadata, `Sec-Fetch-Site`). Other programs say nothing.
    var comesFromForeignSite: Bool {
        // A proxy may have changed the host, but the browser has compared what it saw itself.
        if let site = headers["Sec-Fetch-Site"] { return !["same-origin", "none"].contains(site.lowercased()) }
        guard let origin = headers["Origin"]?.lowercased() else { return false }
        guard let schemeEnd = origin.firstOccurrence(of: "://"), let host = headers["Host"]?.lowercased() else {
            return true
        }
        let defaultPort = origin.hasPrefix("https:") ? ":443" : ":80"
        let withoutPort = { (authority: String) in
            authority.hasSuffix(defaultPort) ? String(authority.dropLast(defaultPort.count)) : authority
        }
        return withoutPort(String(origin[schemeEnd.upperBound...])) != withoutPort(host)
    }
}
