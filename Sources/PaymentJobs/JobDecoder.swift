import ExactJSON

/// Reads messages as jobs: CloudEvents in binary and structured mode, and plain JSON.
public struct JobDecoder: Sendable {
    /// The longest value that is read, in bytes.
    public var maxValueSize: Int

    /// The longest key that a job may have, in bytes: its event carries the key too.
    public static let keySizeMax = 1024

    /// A decoder with a limit on the value's size in bytes.
    public init(maxValueSize: Int = 262_144) { self.maxValueSize = maxValueSize }

    /// The job in `message`.
    ///
    /// - Throws: A ``JobRefusal`` that names every field that is wrong and quotes none.
    public func decode(_ message: InboundMessage) throws(JobRefusal) -> Submission {
        if let key = message.key, key.count > Self.keySizeMax {
            throw JobRefusal(
                .invalid, [.init("", "the key of \(key.count) bytes is over the limit of \(Self.keySizeMax)")]
            )
        }
        guard let value = message.value else {
            throw JobRefusal(.undecodable, [.init("", "the message has no value (a tombstone)")])
        }
        guard value.count <= maxValueSize else {
            throw JobRefusal(
                .undecodable,
                [.init("", "the value of \(value.count) bytes is over the limit of \(maxValueSize)")])
        }
        let document: JSON
        do {
            document = try JSON(parsing: value)
        } catch {
            throw JobRefusal(.undecodable, [.init("", "\(error)")])
        }
        guard case .object(let object) = document else {
            throw JobRefusal(.undecodable, [.init("", "the value must be a JSON object")])
        }
        let envelope = try Envelope.read(message, object: object)
        guard let kind = envelope.type.map(JobKind.init(rawValue:)) ?? message.topicKind else {
            throw JobRefusal(
                .invalid, [.init("ce_type", "is no kind of job that this worker does")],
                jobID: envelope.data["job_id"]?.string.flatMap(JobID.init))
        }
        let job = try Self.job(of: kind, from: envelope.data)
        return Submission(job: job, provenance: envelope.provenance)
    }

    private static func job(of kind: JobKind, from data: JSONObject) throws(JobRefusal) -> Job {
        var reader = FieldReader(data)
        let job: Job? =
            switch kind {
            case .chargeSavedCard: ChargeSavedCard(reading: &reader).map(Job.charge)
            case .registerCard: RegisterCard(reading: &reader).map(Job.register)
            }
        let problems = reader.finish()
        guard let job, problems.isEmpty else {
            throw JobRefusal(.invalid, problems, jobID: data["job_id"]?.string.flatMap(JobID.init))
        }
        return job
    }
}
