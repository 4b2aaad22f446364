"""Two clocks at the hour of a person who reads the answers of a day: one mail with all of them."""

import pytest

from accounts.models import User
from mail.models import Delivery
from relationships.models import PendingAnswer
from relationships.moves import answer_mails, deciding
from tests import factories as make
from tests.relationships.scenes import EXCHANGE, Fernhill

from .at_once import at_once
from .repeating import attempts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


@pytest.mark.parametrize("attempt", attempts(on_postgresql=3, on_sqlite=1))
def test_two_clocks_make_one_mail_of_a_day(attempt):
    fernhill = Fernhill()
    agent = make.make_admin_agent(fernhill.alder)
    User.objects.filter(pk=agent.pk).update(answers_daily=True)
    for _number in range(2):
        decision = fernhill.ask(fernhill.alder, EXCHANGE)
        deciding.decline(decision, make.make_answer(decision), by=fernhill.by)
    due = make.now() + make.days(2)
    late = fernhill.ask(fernhill.alder, EXCHANGE)

    def clock():
        answer_mails.send_gathered(due)

    def decide():
        deciding.decline(late, make.make_answer(late), by=fernhill.by)

    assert at_once(clock, clock, clock, decide) == ["done"] * 4
    answer_mails.send_gathered(due)
    texts = [mail.text for mail in Delivery.objects.filter(kind="answers")]
    assert sum(text.count("was declined.") for text in texts) == 3
    # What came while the first was made has a mail of its own, at worst.
    assert len(texts) <= 2
    assert not PendingAnswer.objects.exists()
