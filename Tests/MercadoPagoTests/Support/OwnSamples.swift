import ExactJSON

/// Answers of our own in the shapes of the recorded ones: a clean checkout has no others.
///
/// Ids, names and dates are invented; the cards are Mercado Pago's published test cards.
enum OwnSample {
    static let customer = """
        {"id":"123456789-jxOV430go9fx2e","email":"\(Canary.email)","first_name":"Ana","last_name":"Prueba",\
        "phone":{"area_code":"11","number":"5550101"},"identification":{"type":"DNI","number":"12345678"},\
        "address":{"id":"77","zip_code":"1414","street_name":"Calle Falsa","street_number":123},\
        "date_registered":null,"description":"Regular","date_created":"2024-03-01T10:00:00.000-03:00",\
        "date_last_updated":"2024-03-02T10:00:00.000-03:00","default_card":"9000000001",\
        "default_address":"77","cards":[\(card)],"addresses":[{"id":"77","city":{"id":null,"name":"CABA"},\
        "street_name":"Calle Falsa","street_number":123,"zip_code":"1414","verifications":{}}],\
        "live_mode":false,"user_id":123456789,"merchant_id":987654321,"client_id":5544332211,\
        "status":"active"}
        """

    /// What an account that was just made looks like: parts without content are there all the same.
    static let bareCustomer = """
        {"id":"123456790-abCDef12345678","email":"other@example.com","first_name":null,"last_name":null,\
        "phone":{"area_code":null,"number":null},"identification":{"type":null,"number":null},\
        "address":{"id":null,"zip_code":null,"street_name":null,"street_number":null},"metadata":{},\
        "default_card":null,"cards":[],"addresses":[],"live_mode":true}
        """

    static let customers = """
        {"paging":{"limit":10,"offset":0,"total":2},"results":[\(customer),\(bareCustomer)]}
        """

    static let card = """
        {"id":"9000000001","expiration_month":11,"expiration_year":2030,"first_six_digits":"503175",\
        "last_four_digits":"0604","payment_method":{"id":"master","name":"Mastercard",\
        "payment_type_id":"credit_card","thumbnail":"t","secure_thumbnail":"s"},\
        "security_code":{"length":3,"card_location":"back"},"issuer":{"id":3,"name":"Banco"},\
        "cardholder":{"name":"APRO","identification":{"number":"12345678","type":"DNI"}},\
        "date_created":"2024-03-01T10:00:00.000-03:00","date_last_updated":"2024-03-01T10:00:00.000-03:00",\
        "customer_id":"123456789-jxOV430go9fx2e","user_id":"123456789","live_mode":false}
        """

    /// The same with digits as numbers and a masked expiry.
    static let looseCard = """
        {"id":9000000002,"expiration_month":"***","expiration_year":"***","first_six_digits":450995,\
        "last_four_digits":604,"payment_method":{"id":"visa"},"issuer":{"id":"310","name":null},\
        "cardholder":{"name":null,"identification":{}},"card_number_id":null}
        """

    static let cards = "[\(card),\(looseCard)]"

    static let token = """
        {"id":"\(Canary.cardToken)","card_id":"9000000001","first_six_digits":"503175",\
        "expiration_month":11,"expiration_year":2030,"last_four_digits":"0604",\
        "cardholder":{"identification":{},"name":"APRO"},"status":"active",\
        "date_created":"2024-03-01T10:00:00.000-04:00","date_last_updated":"2024-03-01T10:00:00.000-04:00",\
        "date_due":"2024-03-09T10:00:00.000-04:00","luhn_validation":true,"live_mode":false,\
        "require_esc":false,"card_number_length":16,"security_code_length":3}
        """

    static func payment(
        _ status: String, _ detail: String, captured: Bool = true, approved: String = "null",
        refunded: String = "0", refunds: String = ""
    ) -> String {
        """
        {"id":123456789012,"date_created":"2024-03-01T10:00:00.000-04:00","date_approved":\(approved),\
        "date_last_updated":"2024-03-01T14:00:01.000Z","date_of_expiration":null,"money_release_date":"",\
        "operation_type":"regular_payment","issuer_id":"3","payment_method_id":"master",\
        "payment_type_id":"credit_card","status":"\(status)","status_detail":"\(detail)",\
        "currency_id":"ARS","description":"Pedido","live_mode":false,"authorization_code":null,\
        "collector_id":987654321,"payer":{"type":"customer","id":"123456789","email":"\(Canary.email)",\
        "identification":{"type":"DNI","number":"12345678"},"first_name":null,"last_name":null},\
        "metadata":{"cobrador_job_id":"job-1"},"order":{},"external_reference":"order-1",\
        "transaction_amount":100.50,"transaction_amount_refunded":\(refunded),"installments":3,\
        "transaction_details":{"net_received_amount":95.15,"total_paid_amount":110.55,\
        "overpaid_amount":0,"installment_amount":36.85,"acquirer_reference":null},\
        "fee_details":[{"type":"mercadopago_fee","amount":5.35,"fee_payer":"collector"}],\
        "captured":\(captured),"binary_mode":false,"statement_descriptor":"LOJA",\
        "card":{"id":"9000000001","first_six_digits":"503175","last_four_digits":"0604",\
        "expiration_month":"***","expiration_year":"***","cardholder":{"name":"APRO",\
        "identification":{"number":"12345678","type":"DNI"}}},"notification_url":null,\
        "refunds":[\(refunds)],"processing_mode":"aggregator"}
        """
    }

    /// Every status with a reason it comes with (facts: spec), and one that nobody knows.
    static let statuses: [(status: String, detail: String)] = [
        ("approved", "accredited"), ("approved", "partially_refunded"), ("authorized", "pending_capture"),
        ("pending", "pending_challenge"), ("in_process", "pending_contingency"),
        ("in_process", "pending_review_manual"), ("rejected", "cc_rejected_insufficient_amount"),
        ("cancelled", "by_collector"), ("cancelled", "expired"), ("refunded", "refunded"),
        ("charged_back", "settled"), ("in_mediation", "in_process"), ("galactic", "out_of_this_world"),
    ]

    static let refund = """
        {"id":1009000001,"payment_id":123456789012,"amount":40.10,"metadata":{"cobrador_job_id":"job-2"},\
        "source":{"id":"987654321","name":"Tienda de Ana","type":"collector"},\
        "date_created":"2024-03-02T10:00:00.123-04:00","expiration_date":null,\
        "unique_sequence_number":null,"refund_mode":"standard","adjustment_amount":0,"status":"approved",\
        "reason":null,"labels":[],"amount_refunded_to_payer":40.1,"additional_data":null,\
        "partition_details":[]}
        """

    /// The shape of 2017: no status, no mode.
    static let oldRefund = """
        {"id":"1009000002","payment_id":123456789012,"amount":60.40,"metadata":{},"source":{},\
        "date_created":"2024-03-03T10:00:00.000-0400","unique_sequence_number":7}
        """

    static let refunds = "[\(refund),\(oldRefund)]"

    static let account = """
        {"id":987654321,"nickname":"TIENDADEANA","country_id":"AR","site_id":"MLA","user_type":"normal",\
        "email":"\(Canary.email)","tags":["normal"],"registration_date":"2020-01-01T00:00:00.000-04:00",\
        "status":{"site_status":"active"}}
        """

    static let methods = """
        [{"id":"master","name":"Mastercard","payment_type_id":"credit_card","status":"active",\
        "deferred_capture":"supported","settings":[{"security_code":{"length":3,"mode":"mandatory"}},\
        {"security_code":{"length":4,"mode":"optional"}}],"additional_info_needed":["cardholder_name"],\
        "min_allowed_amount":0.5,"max_allowed_amount":60000}]
        """

    static let identificationTypes = """
        [{"id":"DNI","name":"DNI","type":"number","min_length":7,"max_length":8}]
        """

    static func json(_ text: String) throws -> JSON { try JSON(parsing: text) }
}
