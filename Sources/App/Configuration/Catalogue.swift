import PaymentJobs

/// Every setting that there is: reading, checking and documentation come from here alone.
package enum Catalogue {
    /// All settings, in the order of the documentation.
    ///
    /// Those of single accounts aren't among them: see ``settings(of:)``.
    package static let all: [SettingEntry] =
        kafka + topics + worker + delivery + gateway + account + breaker + retries + output

    /// Groups of settings that librdkafka names and checks.
    package static let rawPrefixes = ["kafka.raw.", "kafka.consumer.raw.", "kafka.producer.raw."]

    static let topics: [SettingEntry] =
        JobKind.allCases.map { inbound($0).entry } + EventStream.allCases.map { events($0).entry }
        + JobKind.allCases.map { deadLetters($0).entry }

    /// The topic of a kind's jobs.
    static func inbound(_ kind: JobKind) -> Setting<String?> {
        .topic(
            "topics.\(kind.rawValue)", default: "cobrador.jobs.\(kind.rawValue)",
            "Where \(kind.rawValue) jobs come from.")
    }

    /// The topic of a stream of events.
    static func events(_ stream: EventStream) -> Setting<String> {
        let name = "topics.events.\(stream.rawValue)"
        return Setting(
            name, "a topic's name", default: "cobrador.events.\(stream.rawValue)",
            "Where the results of \(stream == .charges ? "charges" : "card registrations") go."
        ) { $0.isTopicName ? $0 : nil }
    }

    /// The topic of a kind's dead letters.
    static func deadLetters(_ kind: JobKind) -> Setting<String?> {
        let key = "topics.dead-letters.\(kind.rawValue)"
        let help = "Where dead letters of \(kind.rawValue) go; empty: its topic's name + .dead-letters."
        return .optional(key, "a topic's name, or empty", help) { $0.isTopicName ? $0 : nil }
    }

    // MARK: Worker

    static let window = Setting.integer(
        "worker.window", default: "1000", in: 1...16_384, "Jobs in flight in one partition at most.")
    static let maxInFlight = Setting.integer(
        "worker.max-in-flight", default: "10000", in: 1...1_000_000,
        "Jobs in flight over all partitions at most.")
    static let concurrency = Setting.integer(
        "worker.concurrency", default: "64", in: 1...4096, "Jobs that talk to the gateway at once at most.")
    static let commitInterval = Setting.duration(
        "worker.commit-interval", default: "50ms", in: .milliseconds(1) ... .seconds(10),
        "The pause between two commits of positions.")
    static let revokeDeadline = Setting.duration(
        "worker.revoke-deadline", default: "35s", in: .milliseconds(100) ... .seconds(600),
        "How long running jobs of a revoked partition are waited for.")
    static let drainDeadline = Setting.duration(
        "worker.drain-deadline", default: "45s", in: .milliseconds(100) ... .seconds(3600),
        "How long a shutdown waits for running jobs.")
    static let closeDeadline = Setting.duration(
        "worker.close-deadline", default: "10s", in: .milliseconds(100) ... .seconds(600),
        "How long leaving the group and flushing answers may take.")
    static let publishRetryPause = Setting.duration(
        "worker.publish-retry-pause", default: "1s", in: .milliseconds(10) ... .seconds(60),
        "The pause before an answer is sent again that Kafka didn't take.")
    static let jobSizeMax = Setting.integer(
        "worker.job-size-max", default: "262144", in: 1024...16_777_216,
        "The largest job that is read, in bytes.")

    static let worker = [
        window.entry, maxInFlight.entry, concurrency.entry, commitInterval.entry, revokeDeadline.entry,
        drainDeadline.entry, closeDeadline.entry, publishRetryPause.entry, jobSizeMax.entry, newGroup.entry,
        stallLimit.entry,
    ]

    // MARK: Retries

    static let retryAttempts = Setting.integer(
        "retry.attempts", default: "8", in: 1...1000,
        "Attempts without an answer, while others' are answered, before a dead letter.")
    static let retryPauseBase = Setting.duration(
        "retry.pause-base", default: "500ms", in: .milliseconds(1) ... .seconds(60),
        "The longest pause before the second attempt; it doubles with each further one.")
    static let retryPauseMax = Setting.duration(
        "retry.pause-max", default: "30s", in: .milliseconds(1) ... .seconds(3600),
        "The longest pause at all.")
    static let retryAfterMax = Setting.duration(
        "retry.retry-after-max", default: "5m", in: .milliseconds(1) ... .seconds(3600),
        "The longest Retry-After of the gateway that is believed.")
    static let misconfiguredGrace = Setting.duration(
        "retry.misconfigured-grace", default: "5m", in: .milliseconds(1) ... .seconds(86_400),
        "How long refused credentials are tried again before jobs become dead letters.")

    static let retries = [
        retryAttempts.entry, retryPauseBase.entry, retryPauseMax.entry, retryAfterMax.entry,
        misconfiguredGrace.entry,
    ]

    // MARK: Output

    static let eventSource = Setting.text(
        "events.source", default: "/cobrador", "The ce_source of every event: a URI reference.")
    static let logLevel = Setting.choice(
        "log.level", default: "notice", of: LogSetup.levels, "The least important messages that are logged.")
    static let logFormat = Setting.choice(
        "log.format", default: "auto", of: ["auto", "json", "text"],
        "json lines, or text for people; auto: text on a terminal only.")

    static let output = [eventSource.entry, logLevel.entry, logFormat.entry, operationsListen.entry]
}
