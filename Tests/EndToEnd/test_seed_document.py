"""Mercado Pago's own Python SDK, pointed at the sandbox, does what "Integración avanzada" shows, step by step."""
import mercadopago
import pytest
import requests
from mercadopago.config import RequestOptions
from mercadopago.errors.exceptions import MPServerError

from harness import TOKEN, Sandbox

MASTER, VISA = "5031433215406351", "4235647728025682"


@pytest.fixture
def sdk(stage, monkeypatch):
    monkeypatch.setattr(mercadopago.config.Config, "api_base_url", property(lambda self: stage.sandbox.url))
    return mercadopago.SDK(TOKEN)


def ok(answer, status=200):
    assert answer["status"] == status, answer
    return answer["response"]


def refused(answer, status, code):
    """The answer's error in the shape of its API: `cause` is a list, or a list in a list."""
    assert answer["status"] == status, answer
    cause = answer["response"].get("cause", [])
    cause = cause[0] if cause and isinstance(cause[0], list) else cause
    assert [str(item["code"]) for item in cause] == [code], answer
    return answer["response"]


def raw_token(sdk, number=MASTER, holder="APRO"):
    """What the browser does with a new card."""
    return ok(sdk.card_token().create({
        "card_number": number, "security_code": "123", "expiration_month": 11, "expiration_year": 2030,
        "cardholder": {"name": holder, "identification": {"type": "CPF", "number": "12345678909"}}}), 201)["id"]


def saved_token(sdk, card, **fields):
    """What the browser does with a saved card: the security code has to be typed again."""
    return ok(sdk.card_token().create({"card_id": card["id"], "security_code": "123", **fields}), 201)["id"]


def customer_with_card(sdk, email="test@test.com", holder="APRO"):
    customer = ok(sdk.customer().create({"email": email}), 201)
    return customer, ok(sdk.card().create(customer["id"], {"token": raw_token(sdk, holder=holder)}), 201)


def pay(sdk, customer, token, amount=100, key=None, **fields):
    options = RequestOptions(access_token=TOKEN, custom_headers={"x-idempotency-key": key}) if key else None
    return sdk.payment().create({
        "transaction_amount": amount, "token": token, "installments": 1,
        "payer": {"type": "customer", "id": customer["id"]}, **fields}, options)


def test_every_step_of_the_document(sdk):
    # Create a customer and a card.
    customer, first = customer_with_card(sdk)
    assert (first["first_six_digits"], first["last_four_digits"]) == (MASTER[:6], MASTER[-4:])
    assert first["customer_id"] == customer["id"] and first["payment_method"]["id"] == "master"
    read = ok(sdk.customer().get(customer["id"]))
    assert read["default_card"] == first["id"] and [card["id"] for card in read["cards"]] == [first["id"]]
    # Add another card to the customer.
    second = ok(sdk.card().create(read["id"], {"token": raw_token(sdk, VISA)}), 201)
    assert second["security_code"] == {"length": 3, "card_location": "back"}
    # Show the saved cards, and make a token of the one that was chosen, with the code that was typed.
    cards = ok(sdk.card().list_all(customer["id"]))
    assert [card["id"] for card in cards] == [first["id"], second["id"]]
    payment = ok(pay(sdk, customer, saved_token(sdk, cards[1])), 201)
    assert (payment["status"], payment["status_detail"]) == ("approved", "accredited")
    assert payment["card"]["id"] == second["id"] and payment["transaction_amount"] == 100
    # Search for the customer.
    found = ok(sdk.customer().search({"email": "test@test.com"}))
    assert found["paging"] == {"limit": 10, "offset": 0, "total": 1}
    assert found["results"][0]["id"] == customer["id"]
    # Cancel what isn't paid yet, and give back what is: a part, and then the rest.
    other, card = customer_with_card(sdk, "in.process@test.com", holder="CONT")
    pending = ok(pay(sdk, other, saved_token(sdk, card)), 201)
    assert pending["status"] == "in_process"
    assert ok(sdk.payment().update(pending["id"], {"status": "cancelled"}))["status"] == "cancelled"
    part = ok(sdk.refund().create(payment["id"], {"amount": 40}), 201)
    assert part["amount"] == 40 and part["payment_id"] == payment["id"]
    after = ok(sdk.payment().get(payment["id"]))
    assert (after["status"], after["status_detail"], after["transaction_amount_refunded"]) == ("approved", "partially_refunded", 40)
    rest = ok(sdk.refund().create(payment["id"]), 201)
    assert ok(sdk.payment().get(payment["id"]))["status"] == "refunded"
    assert [refund["id"] for refund in ok(sdk.refund().list_all(payment["id"]))] == [part["id"], rest["id"]]
    assert ok(sdk.refund().get(payment["id"], rest["id"]))["amount"] == 60


def test_the_rest_of_customers_and_cards(sdk):
    customer, card = customer_with_card(sdk)
    changed = ok(sdk.customer().update(customer["id"], {"first_name": "Ana", "phone": {"area_code": "11", "number": "55554444"}}))
    assert changed["first_name"] == "Ana" and changed["phone"] == {"area_code": "11", "number": "55554444"}
    renewed = ok(sdk.card().update(customer["id"], card["id"], {"expiration_month": 12, "expiration_year": 2031}))
    assert (renewed["id"], renewed["expiration_month"], renewed["expiration_year"]) == (card["id"], 12, 2031)
    assert ok(sdk.card().get(customer["id"], card["id"]))["expiration_year"] == 2031
    assert ok(sdk.card().delete(customer["id"], card["id"]))["id"] == card["id"]
    assert ok(sdk.card().list_all(customer["id"])) == []
    assert ok(sdk.customer().delete(customer["id"]))["id"] == customer["id"]
    assert sdk.customer().get(customer["id"])["status"] == 404
    again = ok(sdk.customer().create({"email": "test@test.com"}), 201)
    assert again["id"] != customer["id"]


def test_a_plus_in_an_address_and_a_filter_that_nobody_knows(sdk):
    plus = ok(sdk.customer().create({"email": "ana+shop@test.com"}), 201)
    ok(sdk.customer().create({"email": "ana@test.com"}), 201)
    assert [result["id"] for result in ok(sdk.customer().search({"email": "ana+shop@test.com"}))["results"]] == [plus["id"]]
    assert ok(sdk.customer().search({"mail": "ana@test.com"}))["paging"]["total"] == 2, "an unknown filter filters nothing"
    page = ok(sdk.customer().search({"limit": 1, "offset": 5}))
    assert (page["paging"]["total"], page["results"]) == (2, [])


def test_capture_and_search(sdk):
    customer, card = customer_with_card(sdk)
    hold = ok(pay(sdk, customer, saved_token(sdk, card), capture=False, external_reference="hold"), 201)
    assert (hold["status"], hold["captured"]) == ("authorized", False)
    taken = ok(sdk.payment().capture(hold["id"]))
    assert (taken["status"], taken["captured"]) == ("approved", True)
    assert ok(sdk.payment().capture(hold["id"]))["captured"], "a second capture changes nothing"
    for number in range(3):
        ok(pay(sdk, customer, saved_token(sdk, card), amount=10 + number, external_reference="many"), 201)
    found = ok(sdk.payment().search({"external_reference": "many", "sort": "date_created", "criteria": "asc", "limit": 2}))
    assert (found["paging"]["total"], [result["transaction_amount"] for result in found["results"]]) == (3, [10, 11])
    everything = list(sdk.payment().search_auto_paging_iter({"external_reference": "many"}, limit=2))
    assert len(everything) == 3


def test_an_idempotency_key_makes_one_payment_and_one_refund(sdk):
    customer, card = customer_with_card(sdk)
    token = saved_token(sdk, card)
    first = ok(pay(sdk, customer, token, key="order-1"), 201)
    assert ok(pay(sdk, customer, token, key="order-1"))["id"] == first["id"]
    assert pay(sdk, customer, token, amount=101, key="order-1")["status"] == 409
    options = RequestOptions(access_token=TOKEN, custom_headers={"x-idempotency-key": "refund-1"})
    refund = sdk.refund().create(first["id"], {"amount": 10}, options)
    again = sdk.refund().create(first["id"], {"amount": 10}, options)
    assert refund["response"]["id"] == again["response"]["id"]
    assert ok(sdk.payment().get(first["id"]))["transaction_amount_refunded"] == 10


def test_lists_that_a_form_needs(sdk):
    assert {"visa", "master"} <= {method["id"] for method in ok(sdk.payment_methods().list_all())}
    assert {kind["id"] for kind in ok(sdk.identification_type().list_all())}
    assert ok(sdk.user().get())["site_id"] == "MLA"


REJECTIONS = {
    "OTHE": "cc_rejected_other_reason", "CALL": "cc_rejected_call_for_authorize", "FUND": "cc_rejected_insufficient_amount",
    "SECU": "cc_rejected_bad_filled_security_code", "EXPI": "cc_rejected_bad_filled_date", "FORM": "cc_rejected_bad_filled_other",
    "CARD": "cc_rejected_bad_filled_card_number", "INST": "cc_rejected_invalid_installments",
    "DUPL": "cc_rejected_duplicated_payment", "LOCK": "cc_rejected_card_disabled",
    "CTNA": "cc_rejected_card_type_not_allowed", "ATTE": "cc_rejected_max_attempts", "BLAC": "cc_rejected_blacklist",
}


@pytest.mark.parametrize("holder", REJECTIONS)
def test_a_rejection_is_a_payment_and_burns_its_token(sdk, holder):
    customer, card = customer_with_card(sdk, holder=holder)
    token = saved_token(sdk, card)
    payment = ok(pay(sdk, customer, token), 201)
    assert (payment["status"], payment["status_detail"]) == ("rejected", REJECTIONS[holder])
    refused(pay(sdk, customer, token), 400, "3003")
    refused(sdk.refund().create(payment["id"]), 400, "2063")
    refused(sdk.payment().update(payment["id"], {"status": "cancelled"}), 400, "2018")


def test_every_error_that_a_shop_can_meet(sdk):
    customer, card = customer_with_card(sdk)
    refused(sdk.customer().create({"email": "TEST@test.com"}), 400, "101")
    refused(sdk.customer().create({"email": "no address"}), 400, "106")
    refused(sdk.card().create(customer["id"], {"token": "0" * 32}), 400, "card-120")
    assert sdk.card().create("999999999-abcdefghijklmn", {"token": raw_token(sdk)})["status"] == 404
    assert sdk.customer().get("999999999-abcdefghijklmn")["status"] == 404
    refused(pay(sdk, customer, "0" * 32), 400, "2006")
    refused(pay(sdk, {"id": "999999999-abcdefghijklmn"}, saved_token(sdk, card)), 400, "2002")
    without_code = ok(sdk.card_token().create({"card_id": card["id"]}), 201)["id"]
    refused(pay(sdk, customer, without_code), 400, "3013")
    refused(pay(sdk, customer, saved_token(sdk, card), amount="100"), 400, "4003")
    refused(pay(sdk, customer, saved_token(sdk, card), instalments=3), 400, "8")
    refused(pay(sdk, customer, saved_token(sdk, card), amount=10.123), 400, "4037")
    paid = ok(pay(sdk, customer, saved_token(sdk, card)), 201)
    refused(sdk.payment().update(paid["id"], {"status": "cancelled"}), 400, "2018")
    refused(sdk.payment().get(1), 404, "2000")
    refused(sdk.refund().create(paid["id"], {"amount": 1000}), 400, "2063")
    refused(sdk.refund().create(paid["id"], {"amount": "x"}), 400, "4041")
    refused(sdk.refund().get(paid["id"], 1), 404, "2032")
    refused(sdk.customer().update(customer["id"], {"email": "other@test.com"}), 400, "126")
    refused(sdk.customer().update(customer["id"], {"default_card": "1"}), 400, "120")
    refused(sdk.payment().create({"transaction_amount": 10, "token": saved_token(sdk, card), "installments": 1, "payer": {"type": "customer"}}), 400, "4012")
    refused(sdk.payment().create({"transaction_amount": 10, "token": saved_token(sdk, card), "installments": 1, "payer": {"id": customer["id"]}}), 400, "4013")
    refused(sdk.payment().create({"transaction_amount": 10, "token": saved_token(sdk, card), "installments": 1, "payer": {"type": "owner", "id": customer["id"]}}), 400, "4029")
    refused(sdk.card_token().create({"card_number": "4509953566233705", "security_code": "123", "expiration_month": 11, "expiration_year": 2030, "cardholder": {"name": "APRO"}}), 400, "E301")
    refused(sdk.refund().create(paid["id"], {"amount": -1}), 400, "4040")
    ok(sdk.refund().create(paid["id"]), 201)
    refused(sdk.refund().create(paid["id"]), 400, "2063")
    stranger = mercadopago.SDK("TEST-somebody-else")
    assert stranger.payment().get(paid["id"])["status"] == 401


@pytest.mark.parametrize("kind, status", [("423", 423), ("424", 424), ("409", 409), ("5xx-before", 500), ("5xx-after", 500)])
def test_a_busy_gateway_as_the_sdk_sees_it(stage, sdk, kind, status):
    customer, card = customer_with_card(sdk)
    stage.sandbox.arm(kind, times=1)
    answer = pay(sdk, customer, saved_token(sdk, card))
    assert answer["status"] == status, answer


@pytest.mark.parametrize("kind", ["html-before", "html-after", "empty-before", "truncated-before", "truncated-after", "reset-before", "reset-after"])
def test_a_broken_answer_as_the_sdk_sees_it(stage, sdk, kind):
    customer, card = customer_with_card(sdk)
    token = saved_token(sdk, card)
    stage.sandbox.arm(kind, times=1)
    try:
        assert pay(sdk, customer, token, key="order-1")["response"] is None
    except (MPServerError, requests.exceptions.RequestException):
        pass
    # What it was worth, only the same key tells: one payment, whether the broken answer was for one or not.
    assert pay(sdk, customer, token, key="order-1")["status"] == (200 if kind.endswith("after") else 201)
    assert len(stage.sandbox.payments()) == 1


def test_too_many_calls_are_repeated_by_the_sdk_itself_for_reads_only(stage, sdk):
    customer, card = customer_with_card(sdk)
    stage.sandbox.arm("429", times=1, retry_after=1)
    assert pay(sdk, customer, saved_token(sdk, card))["status"] == 429


# Each country's currency, an amount that it takes, whether it holds and captures, and whether it refunds a part.
COUNTRIES = {
    "MLA": ("ARS", 150.55, True, True), "MLB": ("BRL", 150.55, True, True), "MLC": ("CLP", 1500, False, True),
    "MLM": ("MXN", 150.55, True, True), "MLU": ("UYU", 150.55, True, True), "MCO": ("COP", 15000, False, True),
    "MPE": ("PEN", 150.55, True, False),
}


@pytest.mark.parametrize("site", COUNTRIES)
def test_every_country_has_its_rules(stage, monkeypatch, site):
    currency, amount, holds, refunds_parts = COUNTRIES[site]
    sandbox = Sandbox(stage.start("sandbox", "--port", "0", "--site", site, name=site))
    monkeypatch.setattr(mercadopago.config.Config, "api_base_url", property(lambda self: sandbox.url))
    sdk = mercadopago.SDK(TOKEN)
    assert ok(sdk.user().get())["site_id"] == site
    seeded = sandbox.seed(1, "APRO", tokens=4)[0]
    customer, tokens = {"id": seeded["customer_id"]}, seeded["tokens"]
    paid = ok(pay(sdk, customer, tokens[0], amount=amount), 201)
    assert (paid["currency_id"], paid["transaction_amount"], paid["status"]) == (currency, amount, "approved")
    if currency in ("CLP", "COP"):
        refused(pay(sdk, customer, tokens[1], amount=amount + 0.5), 400, "4037")
    held = pay(sdk, customer, tokens[2], amount=amount, capture=False)
    if holds:
        assert ok(held, 201)["status"] == "authorized"
        assert ok(sdk.payment().capture(held["response"]["id"]))["status"] == "approved"
    else:
        refused(held, 400, "2077")
    part = sdk.refund().create(paid["id"], {"amount": 1 if amount < 10000 else 1000})
    if refunds_parts:
        ok(part, 201)
    else:
        refused(part, 400, "3024")
    ok(sdk.refund().create(paid["id"]), 201)
    assert ok(sdk.payment().get(paid["id"]))["status"] == "refunded"
