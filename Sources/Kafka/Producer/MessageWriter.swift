import CLibrdkafka

/// Hands one record to librdkafka, which copies it.
enum MessageWriter {
    /// One caller at a time.
    ///
    /// - Returns: `.queueFull` where there is no room now; no error means that a report will come.
    static func enqueue(
        _ record: ProducerRecord, topic: OpaquePointer, opaque: UnsafeMutableRawPointer?,
        client: OpaquePointer
    ) -> KafkaErrorCode {
        let code = write(record, topic: topic, opaque: opaque, client: client)
        // Nobody else fills the queue, so once it is seen empty it stays so, and a record that it has no
        // room for even then never fits.
        guard code == .queueFull, rd_kafka_outq_len(client) == 0 else { return code }
        let second = write(record, topic: topic, opaque: opaque, client: client)
        return second == .queueFull ? .messageTooLarge : second
    }

    private static func write(
        _ record: ProducerRecord, topic: OpaquePointer, opaque: UnsafeMutableRawPointer?,
        client: OpaquePointer
    ) -> KafkaErrorCode {
        var fields = [
            field(RD_KAFKA_VTYPE_RKT) { $0.rkt = topic },
            field(RD_KAFKA_VTYPE_PARTITION) { $0.i32 = record.partition ?? unassigned },
            field(RD_KAFKA_VTYPE_MSGFLAGS) { $0.i = Int32(RD_KAFKA_MSG_F_COPY) },
            field(RD_KAFKA_VTYPE_OPAQUE) { $0.ptr = opaque },
        ]
        if let timestamp = record.timestampMilliseconds {
            fields.append(field(RD_KAFKA_VTYPE_TIMESTAMP) { $0.i64 = timestamp })
        }
        var headers: OpaquePointer?
        if !record.headers.isEmpty {
            headers = makeHeaders(record.headers)
            fields.append(field(RD_KAFKA_VTYPE_HEADERS) { $0.headers = headers })
        }
        return withBytes(record.key) { key in
            withBytes(record.value) { value in
                fields.append(field(RD_KAFKA_VTYPE_KEY) { $0.mem = .init(ptr: key.start, size: key.count) })
                fields.append(
                    field(RD_KAFKA_VTYPE_VALUE) { $0.mem = .init(ptr: value.start, size: value.count) })
                let error = rd_kafka_produceva(client, fields, fields.count)
                // Only success takes over the headers (`rdkafka.h`, RD_KAFKA_V_HEADERS).
                if error != nil, let headers { rd_kafka_headers_destroy(headers) }
                return KafkaErrorCode(consuming: error)
            }
        }
    }

    /// `RD_KAFKA_PARTITION_UA`, a macro that Swift doesn't import.
    private static let unassigned: Int32 = -1

    private static func field(
        _ type: rd_kafka_vtype_t, _ set: (inout rd_kafka_vu_s.__Unnamed_union_u) -> Void
    ) -> rd_kafka_vu_t {
        var field = rd_kafka_vu_t()
        field.vtype = type
        set(&field.u)
        return field
    }

    /// Null is a null pointer, and empty is not: an empty Swift array may have no address of its own.
    private static func withBytes<Value>(
        _ bytes: [UInt8]?, _ body: ((start: UnsafeMutableRawPointer?, count: Int)) -> Value
    ) -> Value {
        guard let bytes else { return body((nil, 0)) }
        guard !bytes.isEmpty else {
            return withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { body(($0.baseAddress, 0)) }
        }
        return bytes.withUnsafeBytes { body((UnsafeMutableRawPointer(mutating: $0.baseAddress), $0.count)) }
    }

    private static func makeHeaders(_ headers: [RecordHeader]) -> OpaquePointer? {
        let list = rd_kafka_headers_new(headers.count)
        for header in headers {
            withBytes(header.value) { value in
                _ = rd_kafka_header_add(list, header.name, -1, value.start, value.count)
            }
        }
        return list
    }
}
