"""What is sent to a browser, compared with the example of RFC 8291, and read by a browser of the tests."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from push.transports import encryption
from push.transports.encoding import decode, encode, is_point
from tests.push.service import Browser

# RFC 8291, Appendix A.
TEXT = b"When I grow up, I want to be a watermelon"
SECRET = decode("BTBZMqHH6r4Tts7J_aSIgg")
RECEIVER = decode("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
SENDER_PRIVATE = decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
SENDER = decode("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8")
SALT = decode("DGv6ra1nlYgDCS1FRnbzlw")
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6"
    "cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_body_is_that_of_the_standard() -> None:
    private = ec.derive_private_key(int.from_bytes(SENDER_PRIVATE, "big"), ec.SECP256R1())
    shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), RECEIVER))

    body = encryption.seal(
        TEXT + b"\x02", shared=shared, secret=SECRET, public_key=RECEIVER, own_point=SENDER, salt=SALT
    )

    assert encode(body) == BODY


@pytest.mark.parametrize("length", [0, 1, 1000, 1025, 3970])
def test_a_browser_reads_what_was_written_for_it(length: int) -> None:
    browser = Browser("https://push.example.com/one")
    text = b'{"a":"' + b"x" * length + b'"}'

    body = encryption.encrypt(text, public_key=browser.point, secret=browser.auth)

    assert browser.read(body) == {"a": "x" * length}
    assert len(body) <= 4096


def test_texts_of_different_length_look_alike() -> None:
    browser = Browser("https://push.example.com/one")
    sizes = {
        len(encryption.encrypt(b'"%s"' % (b"x" * length), public_key=browser.point, secret=browser.auth))
        for length in (1, 300, 900)
    }
    assert len(sizes) == 1


def test_what_no_push_service_takes_is_not_written() -> None:
    with pytest.raises(ValueError, match="too long"):
        encryption.pad(b"x" * (encryption.LONGEST + 1))


def test_only_points_of_the_curve_are_keys() -> None:
    assert is_point(RECEIVER)
    assert is_point(SENDER)
    assert not is_point(RECEIVER[:-1] + bytes([RECEIVER[-1] ^ 1]))
    assert not is_point(b"\x04" + b"\x00" * 64)
    assert not is_point(b"\x04" + b"\xff" * 64)
    assert not is_point(b"\x02" + RECEIVER[1:])
    assert not is_point(RECEIVER[:-1])
    assert not is_point(b"")


@pytest.mark.parametrize("text", ["ä", "a b", "a", "\x00\x00", "\ud800"])
def test_what_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Not base64url"):
        decode(text)


def test_base64_of_any_alphabet_is_read() -> None:
    assert decode("-_8=") == decode("-_8") == decode("+/8=") == b"\xfb\xff"
