import ExactJSON

/// Reads messages as jobs: CloudEvents in binary and structured mode, and plain JSON.
public struct JobDecoder: Sendable {
    /// The longest value that is read, in bytes.
    public var maxValueSize: Int

    /// The longest key that a job may have, in bytes: its event carries the key too.
    public static let keySizeMax = 1024

    /// The countries of the accounts whose country is known: amounts and currencies are checked against it.
    public var sites: [AccountName: Site]

    /// A decoder with a limit on the value's size in bytes.
    public init(maxValueSize: Int = 262_144, sites: [AccountName: Site] = [:]) {
        self.maxValueSize = maxValueSize
        self.sites = sites
    }

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
            try Self.refuseCardData(in: message, isJSON: false, nil)
            throw JobRefusal(.undecodable, [.init("", "\(error)")])
        }
        try Self.refuseCardData(in: message, isJSON: true, document)
        guard case .object(let object) = document else {
            throw JobRefusal(.undecodable, [.init("", "the value must be a JSON object")])
        }
        let envelope = try Envelope.read(message, object: object)
        guard let kind = envelope.type.map(JobKind.init(rawValue:)) ?? message.topicKind else {
            throw JobRefusal(
                .invalid, [.init("ce_type", "is no kind of job that this worker does")],
                jobID: envelope.data["job_id"]?.string.flatMap(JobID.init))
        }
        let job = try job(of: kind, from: envelope.data)
        return Submission(job: job, provenance: envelope.provenance)
    }

    /// Card data come before everything else that may be wrong: what says so goes to nobody's log.
    private static func refuseCardData(
        in message: InboundMessage, isJSON: Bool, _ document: JSON?
    ) throws(JobRefusal) {
        let findings = message.cardData(isJSON: isJSON)
        guard !findings.isEmpty else { return }
        let data = document?["data"]?.object == nil ? document : document?["data"]
        let jobID = data?["job_id"]?.string.flatMap(JobID.init)
        let isClean = jobID.map { CardDataGuard.findings(inKey: Array($0.description.utf8)).isEmpty }
        throw JobRefusal(
            .cardData, findings.map { .init($0.path, "holds what looks like a \($0.kind.rawValue)") },
            jobID: isClean == true ? jobID : nil)
    }

    private func job(of kind: JobKind, from data: JSONObject) throws(JobRefusal) -> Job {
        var reader = FieldReader(data)
        let job: Job? =
            switch kind {
            case .chargeSavedCard: ChargeSavedCard(reading: &reader).map(Job.charge)
            case .registerCard: RegisterCard(reading: &reader).map(Job.register)
            case .refundPayment, .cancelPayment, .capturePayment:
                PaymentOperation(kind, reading: &reader).map(Job.operation)
            }
        if let job, let site = sites[job.account] { reader.check(job, against: site) }
        let problems = reader.finish()
        guard let job, problems.isEmpty else {
            throw JobRefusal(.invalid, problems, jobID: data["job_id"]?.string.flatMap(JobID.init))
        }
        return job
    }
}
