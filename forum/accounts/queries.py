"""The SQL of accounts: one function, one statement."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from forum.accounts.models import (
    Account,
    Addressee,
    Bearer,
    Member,
    NewPasskey,
    Passkey,
    Purpose,
    Removed,
    SignInLink,
    SignInRequest,
    StoredPasskey,
    WebSession,
)
from forum.core.context import Role
from forum.core.db import Db, many, maybe, one, value

# Accounts and roles


async def upsert_account(
    db: Db, account_id: UUID, email: str, email_key: str, at: datetime
) -> Account:
    """Return the account of this address, making it when there is none; its row is locked."""
    return await one(
        db,
        Account,
        """
        insert into account (id, email, email_key, created_at)
             values ($1, $2, $3, $4)
        on conflict on constraint account_email_key
          do update set email_key = excluded.email_key
          returning id, email
        """,
        account_id,
        email,
        email_key,
        at,
    )


async def find_account_by_email(db: Db, email_key: str) -> Account | None:
    """Return the account of an address."""
    return await maybe(db, Account, "select id, email from account where email_key = $1", email_key)


async def insert_membership(db: Db, edition_id: int, account_id: UUID, role: Role) -> None:
    """Give an account a role in an edition."""
    await db.execute(
        """
        insert into membership (edition_id, account_id, role)
             values ($1, $2, $3)
        on conflict do nothing
        """,
        edition_id,
        account_id,
        role,
    )


async def list_members(db: Db, edition_id: int) -> list[Member]:
    """Return the team of an edition, by address."""
    return await many(
        db,
        Member,
        """
        select a.id as account_id, a.email, array_agg(m.role order by m.role) as roles,
               (select max(s.seen_at) from web_session s where s.account_id = a.id) as seen_at
          from membership m
          join account a on a.id = m.account_id
         where m.edition_id = $1
         group by a.id
         order by a.email_key
        """,
        edition_id,
    )


async def find_member(db: Db, edition_id: int, account_id: UUID) -> Member | None:
    """Return a person of the team of an edition."""
    return await maybe(
        db,
        Member,
        """
        select a.id as account_id, a.email, array_agg(m.role order by m.role) as roles,
               (select max(s.seen_at) from web_session s where s.account_id = a.id) as seen_at
          from membership m
          join account a on a.id = m.account_id
         where m.edition_id = $1 and a.id = $2
         group by a.id
        """,
        edition_id,
        account_id,
    )


async def lock_organisers(db: Db, edition_id: int) -> list[UUID]:
    """Return who organises an edition; whoever changes one of these roles waits for the other."""
    return await value(
        db,
        list[UUID],
        """
        with held as (
            select account_id
              from membership
             where edition_id = $1 and role = 'organiser'
             order by account_id
               for update)
        select coalesce(array_agg(account_id), '{}') from held
        """,
        edition_id,
    )


async def replace_roles(db: Db, edition_id: int, account_id: UUID, roles: Collection[Role]) -> None:
    """Give an account these roles in an edition, and no other; none at all takes it out."""
    await db.execute(
        """
        with gone as (
            delete from membership
                  where edition_id = $1 and account_id = $2 and role <> all ($3::member_role[]))
        insert into membership (edition_id, account_id, role)
             select $1, $2, role from unnest($3::member_role[]) as role
        on conflict do nothing
        """,
        edition_id,
        account_id,
        list(roles),
    )


async def last_removal(db: Db, edition_id: int, account_id: UUID) -> Removed | None:
    """Return the latest removal of a person from a team of which they are no longer."""
    return await maybe(
        db,
        Removed,
        """
        select a.id as account_id, a.email, d.detail
          from audit d
          join account a on a.id = d.subject_id
         where d.edition_id = $1 and d.subject_id = $2 and d.action = 'member removed'
           and not exists (
               select from membership m where m.edition_id = $1 and m.account_id = $2)
         order by d.at desc, d.id desc
         limit 1
        """,
        edition_id,
        account_id,
    )


# Sign-in links


async def insert_request(
    db: Db, request_id: UUID, email_key: str, language: str, next_page: str, at: datetime
) -> None:
    """Store that somebody asked for a link, whether or not they have an account."""
    await db.execute(
        """
        insert into sign_in_request (id, email_key, language, next, asked_at)
             values ($1, $2, $3, $4, $5)
        """,
        request_id,
        email_key,
        language,
        next_page,
        at,
    )


async def take_requests(db: Db, at: datetime, limit: int) -> list[SignInRequest]:
    """Take up to `limit` requests for links, in order; others skip them."""
    return await many(
        db,
        SignInRequest,
        """
        update sign_in_request r
           set answered_at = $1
          from (select id
                  from sign_in_request
                 where answered_at is null
                 order by asked_at, id
                 limit $2
                   for update skip locked) due
         where r.id = due.id
     returning r.id, r.email_key, r.language, r.next
        """,
        at,
        limit,
    )


async def lock_answering(db: Db) -> None:
    """Have workers answer one after the other, so that each counts the letters of the others."""
    await db.execute("select pg_advisory_xact_lock(hashtextextended('sign_in_request', 0))")


async def find_addressee(db: Db, email_key: str, since: datetime) -> Addressee | None:
    """Return whom a letter to this address goes to: one with a role somewhere, in the latest."""
    return await maybe(
        db,
        Addressee,
        """
        select a.id, a.email, m.edition_id,
               (select count(*)
                  from sign_in_request r
                 where r.email_key = $1 and r.mailed and r.asked_at > $2) as lately
          from account a
          join membership m on m.account_id = a.id
         where a.email_key = $1
         order by m.edition_id desc
         limit 1
        """,
        email_key,
        since,
    )


async def mark_mailed(db: Db, request_id: UUID) -> None:
    """Record that a request got its letter."""
    await db.execute("update sign_in_request set mailed = true where id = $1", request_id)


async def insert_link(
    db: Db,
    token_digest: bytes,
    account_id: UUID,
    at: datetime,
    expires_at: datetime,
    next_page: str,
) -> None:
    """Store a sign-in link."""
    await db.execute(
        """
        insert into sign_in_link (token_digest, account_id, created_at, expires_at, next)
             values ($1, $2, $3, $4, $5)
        """,
        token_digest,
        account_id,
        at,
        expires_at,
        next_page,
    )


async def find_link(db: Db, token_digest: bytes) -> SignInLink | None:
    """Return a sign-in link."""
    return await maybe(
        db,
        SignInLink,
        """
        select l.account_id, a.email, l.next, l.expires_at, l.used_at
          from sign_in_link l
          join account a on a.id = l.account_id
         where l.token_digest = $1
        """,
        token_digest,
    )


async def use_link(db: Db, token_digest: bytes, at: datetime) -> SignInLink | None:
    """Use a sign-in link; None when it is unknown, used or too old. Of two uses, one succeeds."""
    return await maybe(
        db,
        SignInLink,
        """
        update sign_in_link l
           set used_at = $2
          from account a
         where l.token_digest = $1 and l.used_at is null and l.expires_at > $2
           and a.id = l.account_id
     returning l.account_id, a.email, l.next, l.expires_at, l.used_at
        """,
        token_digest,
        at,
    )


async def end_links(db: Db, account_id: UUID, at: datetime) -> None:
    """Make the links of an account that nobody has used yet too old."""
    await db.execute(
        """
        update sign_in_link
           set expires_at = $2
         where account_id = $1 and used_at is null and expires_at > $2
        """,
        account_id,
        at,
    )


# Web sessions


async def insert_web_session(
    db: Db,
    token_digest: bytes,
    session_id: UUID,
    account_id: UUID,
    browser: str,
    at: datetime,
    expires_at: datetime,
) -> None:
    """Store a web session."""
    await db.execute(
        """
        insert into web_session (token_digest, id, account_id, browser, created_at, seen_at,
                                 expires_at)
             values ($1, $2, $3, $4, $5, $5, $6)
        """,
        token_digest,
        session_id,
        account_id,
        browser,
        at,
        expires_at,
    )


async def find_bearer(db: Db, token_digest: bytes, at: datetime) -> Bearer | None:
    """Return whose web session it is, while it lasts, with their roles."""
    return await maybe(
        db,
        Bearer,
        """
        select a.id, a.email, s.seen_at,
               (select coalesce(jsonb_agg(jsonb_build_object('edition_id', m.edition_id,
                                                             'role', m.role)
                                          order by m.edition_id, m.role), '[]')
                  from membership m
                 where m.account_id = a.id) as memberships
          from web_session s
          join account a on a.id = s.account_id
         where s.token_digest = $1 and s.revoked_at is null and s.expires_at > $2
        """,
        token_digest,
        at,
    )


async def note_seen(db: Db, token_digest: bytes, at: datetime) -> None:
    """Note that the holder of a web session did something."""
    await db.execute(
        "update web_session set seen_at = $2 where token_digest = $1", token_digest, at
    )


async def list_web_sessions(db: Db, account_id: UUID, at: datetime) -> list[WebSession]:
    """Return the web sessions of an account that last, the latest seen first."""
    return await many(
        db,
        WebSession,
        """
        select id, token_digest, browser, created_at, seen_at
          from web_session
         where account_id = $1 and revoked_at is null and expires_at > $2
         order by seen_at desc, created_at desc, id
        """,
        account_id,
        at,
    )


async def revoke_web_session(db: Db, token_digest: bytes, at: datetime) -> None:
    """End a web session."""
    await db.execute(
        "update web_session set revoked_at = $2 where token_digest = $1 and revoked_at is null",
        token_digest,
        at,
    )


async def revoke_own_web_session(db: Db, account_id: UUID, session_id: UUID, at: datetime) -> bool:
    """End a web session of an account, by its id; say whether it had such one that lasted."""
    ended = await db.fetchval(
        """
        update web_session
           set revoked_at = $3
         where account_id = $1 and id = $2 and revoked_at is null and expires_at > $3
     returning id
        """,
        account_id,
        session_id,
        at,
    )
    return ended is not None


async def revoke_other_web_sessions(
    db: Db, account_id: UUID, kept_digest: bytes, at: datetime
) -> None:
    """End every web session of an account but one."""
    await db.execute(
        """
        update web_session
           set revoked_at = $3
         where account_id = $1 and token_digest <> $2 and revoked_at is null
        """,
        account_id,
        kept_digest,
        at,
    )


# Passkeys


async def put_challenge(
    db: Db, holder: bytes, purpose: Purpose, challenge: bytes, expires_at: datetime
) -> None:
    """Store a challenge; it takes the place of the holder's last one for this purpose."""
    await db.execute(
        """
        insert into passkey_challenge (holder, purpose, challenge, expires_at)
             values ($1, $2, $3, $4)
        on conflict (holder, purpose)
          do update set challenge = excluded.challenge, expires_at = excluded.expires_at
        """,
        holder,
        purpose,
        challenge,
        expires_at,
    )


async def take_challenge(db: Db, holder: bytes, purpose: Purpose, at: datetime) -> bytes | None:
    """Use a challenge up, and return it; None when there is none that is still good."""
    challenge: bytes | None = await db.fetchval(
        """
        with taken as (
            delete from passkey_challenge
                  where holder = $1 and purpose = $2
              returning challenge, expires_at)
        select challenge from taken where expires_at > $3
        """,
        holder,
        purpose,
        at,
    )
    return challenge


async def insert_passkey(
    db: Db, passkey_id: UUID, account_id: UUID, new: NewPasskey, name: str, at: datetime
) -> None:
    """Store a passkey."""
    await db.execute(
        """
        insert into passkey (id, account_id, credential_id, public_key, sign_count, name,
                             created_at)
             values ($1, $2, $3, $4, $5, $6, $7)
        """,
        passkey_id,
        account_id,
        new.credential_id,
        new.public_key,
        new.sign_count,
        name,
        at,
    )


async def list_passkeys(db: Db, account_id: UUID) -> list[Passkey]:
    """Return the passkeys of an account, the oldest first."""
    return await many(
        db,
        Passkey,
        """
        select id, name, created_at, used_at
          from passkey
         where account_id = $1
         order by created_at, id
        """,
        account_id,
    )


async def list_credentials(db: Db, account_id: UUID) -> list[bytes]:
    """Return the ids by which devices know the passkeys of an account, the oldest first."""
    return await value(
        db,
        list[bytes],
        """
        select coalesce(array_agg(credential_id order by created_at, id), '{}')
          from passkey
         where account_id = $1
        """,
        account_id,
    )


async def lock_passkey(db: Db, credential_id: bytes) -> StoredPasskey | None:
    """Return the passkey that a device names; of two signatures by it, one waits."""
    return await maybe(
        db,
        StoredPasskey,
        """
        select id, account_id, public_key, sign_count
          from passkey
         where credential_id = $1
           for update
        """,
        credential_id,
    )


async def note_use(db: Db, passkey_id: UUID, sign_count: int, at: datetime) -> None:
    """Note that a passkey signed."""
    await db.execute(
        "update passkey set sign_count = $2, used_at = $3 where id = $1",
        passkey_id,
        sign_count,
        at,
    )


async def rename_passkey(db: Db, account_id: UUID, passkey_id: UUID, name: str) -> bool:
    """Give a passkey of an account another name; say whether it had such one."""
    renamed = await db.fetchval(
        "update passkey set name = $3 where account_id = $1 and id = $2 returning id",
        account_id,
        passkey_id,
        name,
    )
    return renamed is not None


async def delete_passkey(db: Db, account_id: UUID, passkey_id: UUID) -> bool:
    """Delete a passkey of an account; say whether it had such one."""
    deleted = await db.fetchval(
        "delete from passkey where account_id = $1 and id = $2 returning id",
        account_id,
        passkey_id,
    )
    return deleted is not None


# Sweeping


async def sweep(db: Db, before: datetime, asked_before: datetime, at: datetime) -> None:
    """Forget what is over: links and web sessions ended before an instant, requests, challenges."""
    await db.execute(
        """
        with no_requests as (delete from sign_in_request where asked_at < $2),
             no_challenges as (delete from passkey_challenge where expires_at < $3),
             no_links as (delete from sign_in_link where expires_at < $1)
        delete from web_session where expires_at < $1
        """,
        before,
        asked_before,
        at,
    )
