import CivilTime
import DifyAPI
import DifySimulator
import Testing

@Suite struct AuthenticationTests {
    @Test(arguments: [
        (nil, "Authorization header must be provided and start with 'Bearer'"),
        ("", "Authorization header must be provided and start with 'Bearer'"),
        (key, "Authorization header must be provided and start with 'Bearer'"),
        ("Bearer ", "Authorization header must be provided and start with 'Bearer'"),
        ("Basic \(key)", "Authorization scheme must be 'Bearer'"),
        ("Bearer app-doesnotexist000000000000", "Access token is invalid"),
        ("Bearer dataset-0000000000000000000000ds", "Access token is invalid"),
    ])
    func `refuses with difys words`(_ authorization: String?, _ message: String) {
        var dify = SimulatedDify.make()
        let response = dify.get(authorization: authorization)
        #expect(response.status == 401)
        #expect(response.text == #"{"code":"unauthorized","message":"\#(message)","status":401}"# + "\n")
        #expect(response.field("WWW-Authenticate") == #"Bearer realm="api""#)
    }

    @Test(arguments: ["bearer \(key)", "Bearer  \(key)", "BEARER \(key)"])
    func `accepts the scheme in any form`(_ authorization: String) {
        var dify = SimulatedDify.make()
        #expect(dify.get(authorization: authorization).status == 200)
    }

    @Test(arguments: [
        (SimulatedApp.Access.apiDisabled, 403, "The app's API service has been disabled."),
        (.abnormal, 403, "The app's status is abnormal."),
        (.workspaceArchived, 403, "The workspace's status is archived."),
        (.workspaceOwnerless, 401, "Tenant owner account not found or tenant is not active."),
    ])
    func `denies apps that are shut`(_ access: SimulatedApp.Access, _ status: Int, _ message: String) {
        var dify = SimulatedDify.make()
        dify.apply(.setAccess(app: "app", access), at: start)
        for path in ["/v1/workflows/logs", "/v1/info"] {
            let response = dify.get(path)
            #expect(response.status == status)
            #expect(response.text.contains(message))
        }
        dify.apply(.setAccess(app: "app", .open), at: start)
        #expect(dify.get().status == 200)
    }

    @Test func `a deleted app is denied and then its key is unknown`() {
        var dify = SimulatedDify.make()
        dify.apply(.deleteApp(app: "app"), at: start)
        #expect(dify.get(at: start + .seconds(599)).text.contains("The app no longer exists."))
        #expect(dify.get(at: start + .seconds(600)).text.contains("Access token is invalid"))
    }

    @Test func `a rotated key replaces the old one`() {
        var dify = SimulatedDify.make()
        dify.apply(.rotateKey(app: "app", key: "app-new"), at: start)
        #expect(dify.get().status == 401)
        #expect(dify.get(authorization: "Bearer app-new").status == 200)
    }
}
