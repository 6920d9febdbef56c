#pragma once
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/// One entry of `rd_kafka_mock_broker_push_request_error_rtts`, which Swift can't import: it is variadic.
static inline rd_kafka_resp_err_t cobrador_mock_push_answer(
    rd_kafka_mock_cluster_t *cluster, int32_t broker, int16_t api_key, rd_kafka_resp_err_t error,
    int rtt_ms) {
    return rd_kafka_mock_broker_push_request_error_rtts(cluster, broker, api_key, (size_t)1, error, rtt_ms);
}
