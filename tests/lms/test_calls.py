"""The finder of calls, on made-up source text: callers that call a function, and callers that go their own way."""

import ast

import pytest

from tests.lms.calls import Sources

# A shop with a domain function, and callers of it.
SHOP = {
    "shop.orders": """
def pay(): ...
def settle(): pay()
""",
    "shop.api.views": """
from shop import orders
class Payment:
    def post(self): return self.put()
    def put(self): orders.pay()
""",
    "shop.pages.cart": """
from functools import partial
from shop.orders import pay as do_pay, settle
from shop.pages import forms
def by_helper(): return _helper()
def _helper(): do_pay()
def by_form(): forms.PayForm().save()
def by_choice():
    act = do_pay if today else later
    act()
def as_argument(): run(partial(do_pay, 1))
@forms.paid
def by_decorator(): ...
def by_another_package(): settle()
def its_own_way(): Order.objects.update(is_paid=True)
def only_mentioned(): return "orders.pay()", do_pay
def of_the_same_name(): basket.pay()
""",
    "shop.pages.forms": """
from shop import orders
class PayForm:
    def save(self): orders.pay()
def paid(view): orders.pay()
""",
}


def read_shop(name: str) -> ast.Module | None:
    return ast.parse(SHOP[name]) if name in SHOP else None


@pytest.mark.parametrize(
    "caller",
    [
        "shop.api.views.Payment.put",
        "shop.api.views.Payment.post",
        "shop.pages.cart.by_helper",
        "shop.pages.cart.by_form",
        "shop.pages.cart.by_choice",
        "shop.pages.cart.as_argument",
        "shop.pages.cart.by_decorator",
    ],
)
def test_a_caller_that_calls_the_function_is_recognised(caller: str) -> None:
    assert "shop.orders.pay" in Sources(read_shop).find_calls(caller)


@pytest.mark.parametrize("name", ["its_own_way", "only_mentioned", "of_the_same_name", "by_another_package", "gone"])
def test_a_caller_that_goes_its_own_way_is_recognised(name: str) -> None:
    assert "shop.orders.pay" not in Sources(read_shop).find_calls(f"shop.pages.cart.{name}")


def test_a_function_of_another_package_is_followed_where_it_is_named() -> None:
    calls = Sources(read_shop).find_calls("shop.pages.cart.by_another_package", through=("shop.orders.settle",))

    assert "shop.orders.pay" in calls


def test_a_module_of_rules_is_not_followed() -> None:
    calls = Sources(read_shop).find_calls("shop.pages.cart.by_form", closed=("shop.pages.forms",))

    assert "shop.pages.forms.PayForm" in calls
    assert "shop.orders.pay" not in calls
