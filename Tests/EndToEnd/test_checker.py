"""The checker itself: it must accept an honest history, and notice every kind of lie."""
import copy

import pytest

from checker import Answer, Job, disagreements


def history():
    jobs = [
        Job("a", "charge-saved-card", "k", "charge.approved", "100.50"),
        Job("b", "charge-saved-card", "k", "charge.rejected", "7"),
        Job("c", "register-card", "k", "card.registered"),
        Job("d", "charge-saved-card", "l", "dead-letter invalid", "1"),
    ]
    payments = [
        {"id": 1, "status": "approved", "transaction_amount": 100.5, "metadata": {"cobrador_job_id": "a"}},
        {"id": 2, "status": "rejected", "transaction_amount": 7, "metadata": {"cobrador_job_id": "b"}},
    ]
    answers = [
        Answer("a", "k", "charge.approved", "A", {"payment_id": 1, "status": "approved", "transaction_amount": 100.5}),
        Answer("b", "k", "charge.rejected", "B", {"payment_id": 2, "status": "rejected", "transaction_amount": 7}),
        Answer("c", "k", "card.registered", "C"),
        Answer("d", "l", reason="invalid", money="not-moved"),
    ]
    return jobs, payments, answers


def test_an_honest_history_is_accepted():
    assert disagreements(*history()) == []


def test_a_repeated_answer_with_the_same_id_is_accepted():
    jobs, payments, answers = history()
    assert disagreements(jobs, payments, answers + [copy.deepcopy(answers[0])]) == []


def double_charge(jobs, payments, answers):
    payments.append(dict(payments[0], id=9))


def lost_answer(jobs, payments, answers):
    del answers[1]


def lost_payment(jobs, payments, answers):
    del payments[0]


def wrong_payment(jobs, payments, answers):
    answers[0].data["payment_id"] = 2


def wrong_status(jobs, payments, answers):
    answers[1].data["status"] = "approved"


def wrong_type(jobs, payments, answers):
    answers[1].type = "charge.approved"


def wrong_amount_charged(jobs, payments, answers):
    payments[0]["transaction_amount"] = 1005


def wrong_amount_answered(jobs, payments, answers):
    answers[0].data["transaction_amount"] = 100.05


def second_answer_id(jobs, payments, answers):
    answers.append(Answer("a", "k", "charge.approved", "other", dict(answers[0].data)))


def order_of_a_key(jobs, payments, answers):
    answers[0], answers[1] = answers[1], answers[0]


def letter_denies_a_payment(jobs, payments, answers):
    payments.append({"id": 3, "status": "approved", "transaction_amount": 1, "metadata": {"cobrador_job_id": "d"}})


def unexpected_letter(jobs, payments, answers):
    answers[2] = Answer("c", "k", reason="retries-exhausted", money="not-moved")


def payment_of_nobody(jobs, payments, answers):
    payments.append({"id": 4, "status": "approved", "transaction_amount": 1, "metadata": {}})


def failed_and_paid(jobs, payments, answers):
    jobs[0].expected = answers[0].type = "charge.failed"


def foreign_key(jobs, payments, answers):
    answers[0].key = "somebody else"


def answer_without_job(jobs, payments, answers):
    answers.append(Answer("z", "k", "charge.approved", "Z"))


def event_and_letter(jobs, payments, answers):
    answers.append(Answer("a", "k", reason="outcome-unknown", money="unknown"))


LIES = [
    event_and_letter,
    double_charge, lost_answer, lost_payment, wrong_payment, wrong_status, wrong_type, wrong_amount_charged,
    wrong_amount_answered, second_answer_id, order_of_a_key, letter_denies_a_payment, unexpected_letter,
    payment_of_nobody, failed_and_paid, foreign_key, answer_without_job,
]


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_a_lie_is_noticed(lie):
    jobs, payments, answers = history()
    lie(jobs, payments, answers)
    assert disagreements(jobs, payments, answers) != []


CARD = {"id": "7", "first_six_digits": "503175", "last_four_digits": "0604", "expiration_year": 2030}
SAVED = [Answer("c", "k", "card.registered", "C", {"customer_id": "k", "card_id": "7"})]
REGISTRATION = [Job("c", "register-card", "k", "card.registered")]


def test_a_saved_card_is_accepted():
    assert disagreements(REGISTRATION, [], SAVED, {"k": [CARD]}) == []


@pytest.mark.parametrize("cards", [{}, {"k": []}, {"k": [CARD, dict(CARD, id="8")]}], ids=["nobody", "missing", "twice"])
def test_a_lie_about_a_card_is_noticed(cards):
    if cards.get("k"):
        assert disagreements(REGISTRATION, [], SAVED, {"k": [CARD]}) == []
    assert disagreements(REGISTRATION, [], SAVED, cards) != []
