"""Settings: what is read, what is refused, and what is never shown."""

import re
import threading
from ipaddress import ip_network
from pathlib import Path

import pytest

from forum.core import settings
from forum.core.settings import Settings, SettingsError, WalletFiles, read, without_password

KEY = "k" * 32


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


def mistakes(environ, root):
    with pytest.raises(SettingsError) as caught:
        read(environ, root)
    return caught.value.mistakes


def test_nothing_set(root):
    found = read({"FORUM_SECRET_KEY": KEY}, root)
    assert found == Settings(
        secret_key=KEY.encode(),
        var=root / "var",
        storage=root / "var/files",
        database_url=None,
        database_direct_url=None,
        base_url="http://127.0.0.1:8000",
        smtp_url=None,
        mail_from="Forum <forum@localhost>",
        trusted_proxies=(),
        inline_worker=True,
        log="text",
        pg_bin=None,
        rate_limit=True,
        demo=False,
    )


def test_everything_set(root):
    (root / "pg").mkdir()
    (root / "pg/initdb").touch()
    found = read(
        {
            "DATABASE_URL": "postgresql://forum:s3cret@db/forum",
            "DATABASE_DIRECT_URL": "postgres://forum:s3cret@direct:5433/forum",
            "FORUM_BASE_URL": "https://forum.example.fr/",
            "FORUM_SECRET_KEY": KEY,
            "FORUM_STORAGE": "elsewhere/files",
            "FORUM_SMTP_URL": "smtp+starttls://forum:s3cret@mail.example.fr:587",
            "FORUM_MAIL_FROM": "Forum des élus <forum@example.fr>",
            "FORUM_TRUSTED_PROXIES": "10.0.0.0/8, 2001:db8::1",
            "FORUM_INLINE_WORKER": "no",
            "FORUM_LOG": "json",
            "FORUM_PG_BIN": str(root / "pg"),
            "FORUM_RATE_LIMIT": "off",
            "FORUM_LOCAL_PRINTERS": "yes",
            "FORUM_VAR": "/srv/forum",
            "FORUM_WALLET_CERTIFICATE": "wallet/pass.cer",
            "FORUM_WALLET_KEY": "/srv/pass.key",
            "FORUM_WALLET_WWDR": "wallet/wwdr.cer",
            "FORUM_WALLET_PASS_TYPE": "pass.fr.example.forum",
            "FORUM_WALLET_TEAM": "A1B2C3D4E5",
        },
        root,
    )
    assert found == Settings(
        secret_key=KEY.encode(),
        var=Path("/srv/forum"),
        storage=root / "elsewhere/files",
        database_url="postgresql://forum:s3cret@db/forum",
        database_direct_url="postgres://forum:s3cret@direct:5433/forum",
        base_url="https://forum.example.fr",
        smtp_url="smtp+starttls://forum:s3cret@mail.example.fr:587",
        mail_from="Forum des élus <forum@example.fr>",
        trusted_proxies=(ip_network("10.0.0.0/8"), ip_network("2001:db8::1/128")),
        inline_worker=False,
        log="json",
        pg_bin=root / "pg",
        rate_limit=False,
        local_printers=True,
        wallet=WalletFiles(
            certificate=root / "wallet/pass.cer",
            key=Path("/srv/pass.key"),
            wwdr=root / "wallet/wwdr.cer",
            pass_type="pass.fr.example.forum",
            team="A1B2C3D4E5",
        ),
    )


def test_a_wallet_is_set_as_a_whole_or_not_at_all(root):
    [said] = mistakes({"FORUM_WALLET_KEY": "a.key", "FORUM_WALLET_TEAM": "A1"}, root)
    assert said == (
        "FORUM_WALLET_CERTIFICATE, FORUM_WALLET_WWDR, FORUM_WALLET_PASS_TYPE: needed beside"
        " FORUM_WALLET_KEY, FORUM_WALLET_TEAM"
    )


def test_every_mistake_is_named_at_once(root):
    assert mistakes(
        {
            "FORUM_BASE_URL": "forum.example.fr",
            "FORUM_LOG": "xml",
            "FORUM_SECRET_KEY": "short",
            "DATABASE_URL": "mysql://db/forum",
            "FORUM_INLINE_WORKER": "perhaps",
        },
        root,
    ) == [
        "FORUM_SECRET_KEY: must have at least 32 characters: openssl rand -hex 32",
        "DATABASE_URL: must be like postgresql://user:password@host:5432/forum",
        "FORUM_BASE_URL: must be like https://forum.example.fr",
        "FORUM_INLINE_WORKER: must be true or false",
        "FORUM_LOG: must be text or json",
    ]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("FORUM_BASE_URL", "https://example.fr/forum", "must stop after the host"),
        ("FORUM_BASE_URL", "https://example.fr:99999", "no number from 1 to 65535"),
        ("FORUM_BASE_URL", "https://example.fr:0", "no number from 1 to 65535"),
        ("FORUM_STORAGE", "s3://bucket/forum", "s3:// is not supported yet: name a folder"),
        ("FORUM_SMTP_URL", "mail.example.fr:587", "must be like smtp+starttls://"),
        ("FORUM_MAIL_FROM", "Forum", "must be like Forum <forum@example.fr>"),
        ("FORUM_TRUSTED_PROXIES", "10.0.0.0/8 nginx", "'nginx' does not appear to be"),
        ("FORUM_PG_BIN", "/nowhere", "/nowhere holds no initdb"),
        ("DATABASE_DIRECT_URL", "postgres://db/forum", "needs DATABASE_URL beside it"),
        ("FORUM_BASEURL", "https://example.fr", "no such setting; is FORUM_BASE_URL meant?"),
    ],
)
def test_one_mistake(root, name, text, said):
    found = mistakes({name: text, "FORUM_SECRET_KEY": KEY}, root)
    assert len(found) == 1
    assert found[0].startswith(f"{name}: ")
    assert said in found[0]


def test_an_empty_value_is_absent(root):
    found = read({"FORUM_SECRET_KEY": KEY, "FORUM_SMTP_URL": "", "DATABASE_URL": " "}, root)
    assert (found.smtp_url, found.database_url) == (None, None)


def test_the_environment_wins_over_this_folder_and_this_folder_over_the_root(root):
    (root / ".env").write_text("FORUM_LOG=json\nFORUM_MAIL_FROM=root@a.fr\nFORUM_RATE_LIMIT=no\n")
    Path(".env").write_text("FORUM_MAIL_FROM=here@a.fr\nFORUM_RATE_LIMIT=yes\n")
    found = read({"FORUM_SECRET_KEY": KEY, "FORUM_RATE_LIMIT": "no"}, root)
    assert (found.log, found.mail_from, found.rate_limit) == ("json", "here@a.fr", False)


def test_env_file_knows_comments_quotes_and_export(root):
    (root / ".env").write_text(
        "# a comment\n"
        "\n"
        'export FORUM_MAIL_FROM="Forum # 1 <forum@example.fr>"  # said why\n'
        f"FORUM_SECRET_KEY = '{KEY}'\n"
        "FORUM_LOG=json # said why\n"
        "FORUM_SMTP_URL=\n"
    )
    found = read({}, root)
    assert found.mail_from == "Forum # 1 <forum@example.fr>"
    assert (found.secret_key, found.log, found.smtp_url) == (KEY.encode(), "json", None)


def test_env_file_names_the_line_it_cannot_read(root):
    (root / ".env").write_text("FORUM_LOG=json\nFORUM LOG json\n")
    assert mistakes({}, root) == [f"{root}/.env, line 2: not NAME=value"]


def test_a_secret_key_is_made_once_for_its_owner_alone(root):
    made = read({}, root).secret_key
    file = root / "var/secret.key"
    assert re.fullmatch(rb"[0-9a-f]{64}", made)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in file.parent.iterdir()] == ["secret.key"]
    assert read({}, root).secret_key == made


def test_processes_that_start_together_agree_on_the_key(root):
    together = threading.Barrier(8)
    keys = []

    def start():
        together.wait()
        keys.append(read({}, root).secret_key)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_no_key_is_made_while_something_is_wrong(root):
    mistakes({"FORUM_LOG": "xml"}, root)
    assert not (root / "var").exists()


def test_a_place_that_cannot_hold_the_key_is_named(root):
    (root / "var").write_text("a file, not a folder")
    mend = "let Forum write there, or name another folder with FORUM_VAR"
    assert mistakes({}, root) == [
        f"FORUM_SECRET_KEY: absent, and {root}/var/secret.key cannot be kept (File exists): {mend}"
    ]


def test_a_damaged_key_is_named(root):
    (root / "var").mkdir()
    (root / "var/secret.key").write_text("short")
    assert mistakes({}, root) == [
        f"{root}/var/secret.key: too short; delete it to have a new one (all sign in again)"
    ]


def test_secrets_are_not_shown(root):
    found = read(
        {
            "FORUM_SECRET_KEY": KEY,
            "DATABASE_URL": "postgresql://forum:s3cret@db/forum?sslpassword=s3cret&x=1",
            "FORUM_SMTP_URL": "smtps://forum:s3:cret@mail.example.fr",
        },
        root,
    )
    assert KEY not in repr(found)
    assert "s3" not in repr(found).replace("smtps://", "")
    assert "database_url='postgresql://forum:…@db/forum?sslpassword=…&x=1'" in repr(found)


def test_a_mistake_shows_no_piece_of_a_password(root):
    environ = {"FORUM_SECRET_KEY": KEY, "FORUM_SMTP_URL": "smtp://forum:s3c/ret@mail.example.fr"}
    assert mistakes(environ, root) == ["FORUM_SMTP_URL: the port is no number from 1 to 65535"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (None, None),
        ("postgresql://forum@/forum?host=/run/pg", "postgresql://forum@/forum?host=/run/pg"),
        ("postgresql://forum:p@ss@db:5432/forum", "postgresql://forum:…@db:5432/forum"),
    ],
)
def test_a_url_as_it_may_be_shown(url, shown):
    assert without_password(url) == shown


def test_every_field_has_its_name():
    names = {
        name.removeprefix("FORUM_").lower()
        for name in settings.NAMES
        if not name.startswith("FORUM_WALLET_")
    } | {"wallet"}
    assert names == set(Settings.__struct_fields__)
