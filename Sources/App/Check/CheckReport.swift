import ExactJSON

/// One thing that `cobrador check` looked at.
struct Finding: Sendable, Hashable {
    /// How it looks.
    enum Level: String, Sendable {
        /// As it should.
        case ok
        /// It works, and somebody should think about it.
        case warning
        /// A worker wouldn't work.
        case failed
        /// It couldn't be looked at, because of something else.
        case skipped
    }

    /// What part it belongs to.
    enum Area: String, Sendable, CaseIterable {
        case configuration = "Configuration"
        case kafka = "Kafka"
        case gateway = "Mercado Pago"
    }

    var area: Area
    var level: Level
    /// What was looked at, such as a setting or a topic.
    var subject: String
    /// What was found.
    var message: String
    /// What to do about it.
    var hint: String?
    /// What the command ends with because of it.
    var status = ExitStatus.done

    static func ok(_ area: Area, _ subject: String, _ message: String) -> Finding {
        Finding(area: area, level: .ok, subject: subject, message: message)
    }

    static func warning(_ area: Area, _ subject: String, _ message: String, hint: String?) -> Finding {
        Finding(area: area, level: .warning, subject: subject, message: message, hint: hint)
    }

    static func failed(
        _ area: Area, _ subject: String, _ message: String, hint: String?,
        _ status: ExitStatus = .unavailable
    ) -> Finding {
        Finding(
            area: area, level: .failed, subject: subject, message: message, hint: hint, status: status)
    }

    static func skipped(_ area: Area, _ subject: String, _ message: String) -> Finding {
        Finding(area: area, level: .skipped, subject: subject, message: message)
    }
}

/// Everything that `cobrador check` found.
package struct CheckReport: Sendable {
    let findings: [Finding]
    let settings: [EffectiveSetting]

    /// The worst: 78 before 77 before 69 before 0.
    package var status: ExitStatus {
        findings.map(\.status).max { $0.rawValue < $1.rawValue } ?? .done
    }

    /// Lines for people.
    package func text(style: Style, explains: Bool) -> String {
        var lines = explains ? EffectiveSetting.lines(settings, style: style) + [""] : []
        for area in Finding.Area.allCases {
            lines.append(style.bold(area.rawValue))
            for finding in findings where finding.area == area {
                lines += Self.lines(finding, style: style)
            }
            lines.append("")
        }
        return (lines + [summary(style)]).joined(separator: "\n")
    }

    /// One JSON object, for machines.
    package func json(explains: Bool) -> String {
        var report: JSONObject = [
            "status": .string(status == .done ? "ok" : "failed"),
            "exit_code": JSON(status.rawValue),
            "checks": .array(findings.map(Self.json)),
        ]
        if explains { report["settings"] = .array(settings.map(\.json)) }
        return JSON.object(report).description
    }

    private func summary(_ style: Style) -> String {
        let failed = findings.count { $0.level == .failed }
        let warnings = findings.count { $0.level == .warning }
        let thoughts = "\(warnings) \(warnings == 1 ? "thing" : "things") to think about"
        guard failed > 0 else {
            let text = style.green("A worker can start.")
            let rest = warnings == 0 ? "" : " There \(warnings == 1 ? "is" : "are") \(thoughts)."
            return text + rest + "\n" + style.faint(Self.untried)
        }
        let text = failed == 1 ? "1 thing is wrong" : "\(failed) things are wrong"
        let rest = warnings == 0 ? "" : ", \(thoughts)"
        return style.red(text) + "\(rest). Exit code \(status.rawValue)."
    }

    /// Kafka tells who may do what only when it is done.
    private static let untried =
        "Not tried: whether this user may read the topics of jobs, and write to the others."

    private static func lines(_ finding: Finding, style: Style) -> [String] {
        let mark =
            switch finding.level {
            case .ok: style.green("✓")
            case .warning: style.yellow("!")
            case .failed: style.red("✗")
            case .skipped: style.faint("–")
            }
        let text = "\(finding.subject): \(finding.message)"
        // A command is for copying, so it stays on its line.
        let hints = (finding.hint ?? "").split(separator: "\n").flatMap { line in
            line.hasPrefix("kafka-")
                ? [String(line)] : ConfigurationReference.wrapped(String(line), width: 94)
        }
        return ["  \(mark) \(text.withoutControls)"] + hints.map { "      " + style.faint($0) }
    }

    private static func json(_ finding: Finding) -> JSON {
        let area =
            switch finding.area {
            case .configuration: "configuration"
            case .kafka: "kafka"
            case .gateway: "gateway"
            }
        var fields: JSONObject = [
            "area": .string(area), "subject": .string(finding.subject),
            "result": .string(finding.level.rawValue), "message": .string(finding.message),
        ]
        fields["hint"] = finding.hint.map(JSON.string)
        return .object(fields)
    }
}

/// A setting as it is in force.
struct EffectiveSetting: Sendable {
    var key: String
    /// Its text; a mask in place of a secret.
    var text: String
    /// Where it comes from; nil for a default.
    var source: String?

    var json: JSON {
        .object(["setting": .string(key), "value": .string(text), "source": .string(source ?? "default")])
    }

    /// A table; what isn't a default stands out.
    static func lines(_ settings: [EffectiveSetting], style: Style) -> [String] {
        var table = Table("setting", "value", "from")
        for setting in settings {
            let value = setting.text.isEmpty ? "–" : setting.text.withoutControls.cut(to: 60)
            table.add(setting.key, value, setting.source ?? "default")
        }
        return [style.bold("Settings in force")] + table.lines(style: style, width: 240)
    }
}
