import ExactJSON

/// The CloudEvents attributes and the data of a message, whichever mode it came in.
///
/// CloudEvents Kafka protocol binding 1.0: structured mode is recognised by a content type that begins with
/// `application/cloudevents`; everything else is binary mode, of which plain JSON is the case without
/// attributes.
struct Envelope {
    var type: String?
    var provenance: Provenance
    var data: JSONObject

    static func read(_ message: InboundMessage, object: JSONObject) throws(JobRefusal) -> Envelope {
        let contentType = message.headers.last { $0.name.lowercased() == "content-type" }
            .map { String(decoding: $0.value ?? [], as: UTF8.self).lowercased() }
        var envelope =
            if let contentType, contentType.hasPrefix("application/cloudevents") {
                try structured(object)
            } else {
                try binary(message.headers, data: object)
            }
        envelope.provenance.traceparent =
            envelope.provenance.traceparent ?? message.headers.text("traceparent")
        envelope.provenance.limitLengths()
        return envelope
    }

    private static func structured(_ object: JSONObject) throws(JobRefusal) -> Envelope {
        let jobID = object["data"]?["job_id"]?.string.flatMap(JobID.init)
        guard object["specversion"]?.string == "1.0" else {
            throw JobRefusal(.undecodable, [.init("specversion", "must be \"1.0\"")], jobID: jobID)
        }
        guard let data = object["data"]?.object else {
            throw JobRefusal(
                .undecodable, [.init("data", "a structured CloudEvent needs its data as a JSON object")])
        }
        let type = object["type"]?.string
        if type == nil, let other = object["type"], !other.isNull {
            throw JobRefusal(.undecodable, [.init("type", "must be a string")], jobID: jobID)
        }
        let provenance = Provenance(
            eventID: object["id"]?.string, correlationID: object["correlationid"]?.string,
            traceparent: object["traceparent"]?.string)
        return Envelope(type: type, provenance: provenance, data: data)
    }

    /// The kind follows `ce_type` even where `ce_specversion` is missing: doing another kind of job than the
    /// message says would be worse than reading it leniently.
    private static func binary(
        _ headers: [MessageHeader], data: JSONObject
    ) throws(JobRefusal) -> Envelope {
        let jobID = data["job_id"]?.string.flatMap(JobID.init)
        if headers.has("ce_specversion"), headers.text("ce_specversion") != "1.0" {
            throw JobRefusal(.undecodable, [.init("ce_specversion", "must be \"1.0\"")], jobID: jobID)
        }
        let type = headers.text("ce_type")
        if headers.has("ce_type"), type == nil {
            throw JobRefusal(.undecodable, [.init("ce_type", "must be UTF-8 text")], jobID: jobID)
        }
        let provenance = Provenance(
            eventID: headers.text("ce_id"), correlationID: headers.text("ce_correlationid"),
            traceparent: headers.text("ce_traceparent"))
        return Envelope(type: type, provenance: provenance, data: data)
    }
}

extension [MessageHeader] {
    fileprivate func has(_ name: String) -> Bool { contains { $0.name == name } }
}

extension Provenance {
    /// Foreign ids are repeated in headers: empty ones, which CloudEvents forbids, and longer ones than
    /// anybody needs are left out.
    fileprivate mutating func limitLengths() {
        func limited(_ text: String?) -> String? {
            text.flatMap {
                (1...256).contains($0.utf8.count) && !$0.unicodeScalars.contains(where: \.isControl)
                    ? $0 : nil
            }
        }
        eventID = limited(eventID)
        correlationID = limited(correlationID)
        traceparent = limited(traceparent)
    }
}
