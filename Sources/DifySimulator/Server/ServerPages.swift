import CivilTime
import DifyAPI
import JSON

/// Makes answers with the fields and bodies that a server of some version sends at some moment.
struct ServerPages {
    let version: ServerVersion
    /// What the server's clock shows.
    let date: UnixTime

    /// An object. What flask answers itself, before the service API's own part is asked, says nothing about origins.
    func json(
        _ status: Int, fields: [HTTPField] = Self.crossOriginFields, _ body: (inout JSONWriter) -> Void
    ) -> TransportResponse {
        var writer = JSONWriter()
        writer.object(body)
        return response(
            status, type: "application/json", fields: fields, body: writer.bytes + [UInt8(ascii: "\n")])
    }

    /// Every answer names the server's version, also those that refuse (dify-logs-api §6).
    private func response(
        _ status: Int, type: String, fields: [HTTPField] = [], body: [UInt8]
    ) -> TransportResponse {
        let first = [
            HTTPField(name: "Server", value: "gunicorn"), HTTPField(name: "Date", value: date.httpDate),
            HTTPField(name: "Content-Type", value: type), HTTPField(name: "Content-Length", value: String(body.count)),
        ]
        let last = [HTTPField(name: "X-Version", value: version.text), HTTPField(name: "X-Env", value: "PRODUCTION")]
        return TransportResponse(status: status, fields: first + fields + last, body: body)
    }

    static let crossOriginFields = [
        HTTPField(name: "Access-Control-Allow-Origin", value: "*"),
        HTTPField(name: "Access-Control-Expose-Headers", value: "X-Env, X-Trace-Id, X-Version"),
    ]
}

// Errors (dify-logs-api §1.2, §1.4).
extension ServerPages {
    func unauthorized(_ message: String) -> TransportResponse {
        let challenge = [HTTPField(name: "WWW-Authenticate", value: "Bearer realm=\"api\"")]
        let fields = (version.challenges ? challenge : []) + Self.crossOriginFields
        return error(401, code: "unauthorized", message, fields: fields)
    }

    func forbidden(_ message: String) -> TransportResponse {
        error(403, code: "forbidden", message)
    }

    /// A value that no parser of parameters could see through, such as a date or an account.
    func invalidValue(_ message: String) -> TransportResponse {
        error(400, code: "invalid_param", message)
    }

    /// Rows of a page, by their place on it, that the server's own check of its answer refuses, in the words recorded from
    /// 1.15.0.
    func unservableRows(_ places: [Int]) -> TransportResponse {
        let title = places.count == 1 ? "1 validation error" : "\(places.count) validation errors"
        let lines = places.map { place in
            """
            data.\(place).created_by_end_user
              Error extracting attribute: ValueError: 'service_api' is not a valid EndUserType \
            [type=get_attribute_error, input_value=<services.workflow_app_se...bject at 0x7f81dda11250>, input_type=LogView]
                For further information visit https://errors.pydantic.dev/2.12/v/get_attribute_error
            """
        }
        return invalidValue((["\(title) for WorkflowAppLogPaginationResponse"] + lines).joined(separator: "\n"))
    }

    func invalidParameters(_ problems: [ParameterProblem]) -> TransportResponse {
        switch version.errorStyle {
        case .pydantic: return invalidValue(ParameterProblem.pydanticText(problems))
        case .restx:
            return json(400) { body in
                body.key("errors")
                body.object { errors in
                    for problem in problems.prefix(1) { errors.member(problem.name, problem.argparseText) }
                }
                body.member("message", "Input payload validation failed")
            }
        case .restful:
            return json(400) { body in
                body.member("code", "invalid_param")
                body.member("message", problems[0].argparseText)
                body.member("params", problems[0].name)
            }
        }
    }

    func internalError() -> TransportResponse {
        json(500) { body in
            body.member("message", "Internal Server Error")
            body.member("code", "unknown")
            if version.errorStyle != .restful { body.member("status", Int64(500)) }
        }
    }

    func methodNotAllowed() -> TransportResponse {
        error(405, code: "method_not_allowed", "The method is not allowed for the requested URL.", fields: [])
    }

    private func error(
        _ status: Int, code: String, _ message: String, fields: [HTTPField] = Self.crossOriginFields
    ) -> TransportResponse {
        json(status, fields: fields) { body in
            body.member("code", code)
            body.member("message", message)
            body.member("status", Int64(status))
        }
    }
}

// Pages for people, and what stands before a Dify.
extension ServerPages {
    func notFound() -> TransportResponse {
        html(
            404, title: "404 Not Found",
            """
            <h1>Not Found</h1>
            <p>The requested URL was not found on the server. If you entered the URL manually please check your \
            spelling and try again.</p>

            """)
    }

    func redirect(to url: String) -> TransportResponse {
        html(
            308, title: "Redirecting...", fields: [HTTPField(name: "Location", value: url)],
            """
            <h1>Redirecting...</h1>
            <p>You should be redirected automatically to the target URL: <a href="\(url)">\(url)</a>. If not, click the link.

            """)
    }

    /// What a browser asks before it lets a page ask.
    func options() -> TransportResponse {
        response(
            200, type: "text/html; charset=utf-8",
            fields: [HTTPField(name: "Allow", value: "OPTIONS, GET, HEAD")] + Self.crossOriginFields, body: [])
    }

    private func html(
        _ status: Int, title: String, fields: [HTTPField] = [], _ rest: String
    ) -> TransportResponse {
        let page = "<!doctype html>\n<html lang=en>\n<title>\(title)</title>\n\(rest)"
        return response(status, type: "text/html; charset=utf-8", fields: fields, body: Array(page.utf8))
    }

    /// A proxy's page while the API starts: not Dify's, and without its version (dify-logs-api §6).
    func badGateway() -> TransportResponse {
        let page = """
            <html>\r
            <head><title>502 Bad Gateway</title></head>\r
            <body>\r
            <center><h1>502 Bad Gateway</h1></center>\r
            <hr><center>nginx</center>\r
            </body>\r
            </html>\r

            """
        return foreign(502, server: "nginx", type: "text/html", body: page)
    }

    /// Cloudflare's, in front of Dify's cloud; Dify itself throttles nobody here (dify-logs-api §6).
    func throttled(seconds: Int, asDate: Bool) -> TransportResponse {
        var response = foreign(429, server: "cloudflare", type: "text/plain; charset=UTF-8", body: "error code: 1015\n")
        let wait = asDate ? (date + .seconds(seconds)).httpDate : String(seconds)
        response.fields.append(HTTPField(name: "Retry-After", value: wait))
        return response
    }

    private func foreign(_ status: Int, server: String, type: String, body: String) -> TransportResponse {
        let fields = [
            HTTPField(name: "Server", value: server), HTTPField(name: "Date", value: date.httpDate),
            HTTPField(name: "Content-Type", value: type),
            HTTPField(name: "Content-Length", value: String(body.utf8.count)),
        ]
        return TransportResponse(status: status, fields: fields, body: Array(body.utf8))
    }
}

// The small endpoints (dify-logs-api §7).
extension ServerPages {
    func health() -> TransportResponse {
        json(200, fields: []) { body in
            body.member("pid", Int64(8770))
            body.member("status", "ok")
            body.member("version", version.text)
        }
    }

    func greeting() -> TransportResponse {
        json(200) { body in
            body.member("welcome", "Dify OpenAPI")
            body.member("api_version", "v1")
            body.member("server_version", version.text)
        }
    }

    func info(_ app: SimulatedApp.Settings) -> TransportResponse {
        json(200) { body in
            body.member("name", app.name)
            body.member("description", app.description)
            if version.infoHasTags {
                body.key("tags")
                body.array { list in
                    for tag in app.tags { list.string(tag) }
                }
            }
            if version.infoHasMode { body.member("mode", app.mode.rawValue) }
            if version.infoHasAuthor { body.member("author_name", app.author) }
        }
    }
}
