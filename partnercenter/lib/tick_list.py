"""Choosing several of many in the admin: a list of boxes to tick, without scripts."""

from typing import Any

from django.forms import CheckboxSelectMultiple


class TickList(CheckboxSelectMultiple):
    """Boxes in columns, the ticked ones first; named as one group for who does not see them."""

    template_name = "admin/tick_list.html"

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.label = label

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["group_label"] = self.label
        context["options"] = sorted(
            (option for _, options, _ in context["widget"]["optgroups"] for option in options),
            key=lambda option: not option["selected"],
        )
        return context
