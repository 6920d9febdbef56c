import CLibrdkafka

/// Turns settings into librdkafka's configuration object.
enum NativeConfiguration {
    /// Applies all settings.
    ///
    /// - Returns: A configuration that the caller owns.
    /// - Throws: ``KafkaError/invalidConfiguration(_:)`` with every problem found.
    static func make(_ list: SettingList) throws(KafkaError) -> OpaquePointer {
        guard let configuration = rd_kafka_conf_new() else { throw .noResources("rd_kafka_conf_new") }
        let (settings, refused) = list.resolved()
        let problems = refused + settings.compactMap { apply($0, to: configuration) }
        guard problems.isEmpty else {
            rd_kafka_conf_destroy(configuration)
            throw .invalidConfiguration(problems)
        }
        return configuration
    }

    /// Applies all settings to nothing.
    ///
    /// - Throws: ``KafkaError/invalidConfiguration(_:)`` with every problem found.
    static func check(_ list: SettingList) throws(KafkaError) { rd_kafka_conf_destroy(try make(list)) }

    private static func apply(_ setting: Setting, to configuration: OpaquePointer) -> ConfigurationProblem? {
        guard !setting.name.utf8.contains(0), !setting.value.utf8.contains(0) else {
            return ConfigurationProblem(
                name: setting.name.filter { $0 != "\0" }, reason: "contains a NUL character")
        }
        var text = [CChar](repeating: 0, count: 512)
        let result = rd_kafka_conf_set(configuration, setting.name, setting.value, &text, text.count)
        guard result != RD_KAFKA_CONF_OK else { return nil }
        return ConfigurationProblem(
            name: setting.name, reason: redact(ErrorText.string(text), secrets: [setting]), isOwn: false)
    }

    /// Takes secret values out of a text of librdkafka's, which likes to quote.
    static func redact(_ text: String, secrets settings: [Setting]) -> String {
        var bytes = Array(text.utf8)
        for setting in settings where setting.isSecret && !setting.value.isEmpty {
            let secret = Array(setting.value.utf8)
            while let range = bytes.firstRange(of: secret) {
                bytes.replaceSubrange(range, with: Array("‹redacted›".utf8))
                // A secret that occurs in the replacement itself would be found for ever.
                if "‹redacted›".utf8.firstRange(of: secret) != nil { return "‹redacted›" }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Texts that librdkafka writes into a buffer.
enum ErrorText {
    static func string(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
