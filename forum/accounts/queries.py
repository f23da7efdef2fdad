"""The SQL of accounts: one function, one statement."""

from datetime import datetime
from uuid import UUID

from forum.accounts.models import Account, Bearer, SignInLink
from forum.core.context import Role
from forum.core.db import Db, maybe, one


async def upsert_account(
    db: Db, account_id: UUID, email: str, email_key: str, at: datetime
) -> Account:
    """Return the account of this address, making it when there is none."""
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


async def insert_link(
    db: Db, token_digest: bytes, account_id: UUID, at: datetime, expires_at: datetime
) -> None:
    """Store a sign-in link."""
    await db.execute(
        """
        insert into sign_in_link (token_digest, account_id, created_at, expires_at)
             values ($1, $2, $3, $4)
        """,
        token_digest,
        account_id,
        at,
        expires_at,
    )


async def find_link(db: Db, token_digest: bytes) -> SignInLink | None:
    """Return a sign-in link."""
    return await maybe(
        db,
        SignInLink,
        "select account_id, expires_at, used_at from sign_in_link where token_digest = $1",
        token_digest,
    )


async def use_link(db: Db, token_digest: bytes, at: datetime) -> SignInLink | None:
    """Use a sign-in link; None when it is unknown, used or too old. Of two uses, one succeeds."""
    return await maybe(
        db,
        SignInLink,
        """
        update sign_in_link
           set used_at = $2
         where token_digest = $1 and used_at is null and expires_at > $2
     returning account_id, expires_at, used_at
        """,
        token_digest,
        at,
    )


async def insert_web_session(
    db: Db, token_digest: bytes, account_id: UUID, at: datetime, expires_at: datetime
) -> None:
    """Store a web session."""
    await db.execute(
        """
        insert into web_session (token_digest, account_id, created_at, expires_at)
             values ($1, $2, $3, $4)
        """,
        token_digest,
        account_id,
        at,
        expires_at,
    )


async def find_bearer(db: Db, token_digest: bytes, at: datetime) -> Bearer | None:
    """Return whose web session it is, while it lasts, with their roles."""
    return await maybe(
        db,
        Bearer,
        """
        select a.id, a.email,
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


async def revoke_web_session(db: Db, token_digest: bytes, at: datetime) -> None:
    """End a web session."""
    await db.execute(
        "update web_session set revoked_at = $2 where token_digest = $1 and revoked_at is null",
        token_digest,
        at,
    )
