import JSON

extension JSONWriter {
    /// A document with the member `apps`, a list of what `write` makes of each, and a newline.
    static func document<App>(of apps: [App], _ write: (App, inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        writer.object { document in
            document.key("apps")
            document.array { list in
                for app in apps { write(app, &list) }
            }
        }
        return writer.text + "\n"
    }
}
