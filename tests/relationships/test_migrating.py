"""Going back behind a migration with data that the older tables cannot hold, and forward again."""

import pytest
from django.core.management import call_command

from partnercenter.lib import guards
from relationships.models import DecisionSignature

from . import test_seconding as seconding

pytestmark = pytest.mark.django_db(transaction=True)
BEHIND = "0016_bulk_jobs"
scene = seconding.scene


def signed(scene):
    """By whom, for how many days; the newest last."""
    rows = DecisionSignature.objects.filter(decision=scene.decision).order_by("pk")
    return list(rows.values_list("pk", "actor"))


def test_behind_the_second_person_each_keeps_the_signature_that_counted(scene):
    """Both sign two grants each; the second person's first is what is given in the end."""
    seconding.approve(scene, scene.second, days=7)
    seconding.approve(scene, scene.second, days=9)
    seconding.approve(scene, scene.by, days=8)
    open_ones = scene.decision.signatures.count()
    seconding.approve(scene, scene.by, days=7)
    assert scene.decision.status == "approved"
    before = signed(scene)
    assert (open_ones, [actor for _key, actor in before]) == (
        3,
        [scene.second.pk, scene.second.pk, scene.by.pk, scene.by.pk],
    )
    try:
        call_command("migrate", "relationships", BEHIND, verbosity=0)
    finally:
        call_command("migrate", verbosity=0)
    assert signed(scene) == [before[0], before[3]]
    assert guards.missing() == []
