"""Roles, permissions and an admin: links, references, a secret, things deleted for good."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from bot.seeding import Children, Seed, SeededTable
from tests.support.seeds.shape import Shape, changed

_staff = MetaData()
permissions = Table(
    "permissions",
    _staff,
    Column("id", Integer, primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("about", Text),
)
roles = Table(
    "roles",
    _staff,
    Column("id", Integer, primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("title", String(80), nullable=False),
)
role_permissions = Table(
    "role_permissions",
    _staff,
    Column("role_id", ForeignKey(roles.c.id), primary_key=True),
    Column("permission_id", ForeignKey(permissions.c.id), primary_key=True),
)
menu_entries = Table(
    "menu_entries",
    _staff,
    Column("id", Integer, primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("permission_id", ForeignKey(permissions.c.id), nullable=False),
)
admins = Table(
    "admins",
    _staff,
    Column("id", Integer, primary_key=True),
    Column("login", String(40), nullable=False, unique=True),
    Column("role_id", ForeignKey(roles.c.id)),
    Column("mail", String(80)),
    Column("password_hash", Text, nullable=False),
)
SECRET = "hash-of-the-first-password"
ROLES_SEED = Seed(
    "staff",
    version=1,
    tables=(  # those that refer to others first: the order is the mechanism's to find
        SeededTable(
            "admins",
            admins,
            key="login",
            fields=("role_id", "mail"),
            refs={"role_id": "roles"},
            heal=False,
            initial={"password_hash": lambda login: f"{SECRET} of {login}"},
        ),
        SeededTable(
            "menu",
            menu_entries,
            key="code",
            fields=("permission_id",),
            refs={"permission_id": "permissions"},
        ),
        SeededTable(
            "roles",
            roles,
            key="code",
            fields=("title",),
            children=Children(
                "permissions",
                role_permissions,
                parent="role_id",
                columns=("permission_id",),
                refs={"permission_id": "permissions"},
                each=True,
            ),
        ),
        SeededTable("permissions", permissions, key="code", fields=("about",), heal=False),
    ),
    values={
        "permissions": {
            "read": {"about": "See everything"},
            "write": {"about": "Change everything"},
            "ban": {"about": None},
        },
        "roles": {
            "reader": {"title": "Reader", "permissions": ["read"]},
            "editor": {"title": "Editor", "permissions": ["read", "write"]},
            "guest": {"title": "Guest"},
        },
        "menu": {"bans": {"permission_id": "ban"}, "pages": {"permission_id": "read"}},
        "admins": {"root": {"role_id": "editor", "mail": "root@example.org"}},
    },
)
ROLES = Shape(
    ROLES_SEED,
    changed(
        ROLES_SEED,
        values={
            "permissions": {"audit": {"about": "See who did what"}},
            "roles": {
                "reader": {"title": "Visitor", "permissions": ["audit", "read"]},
                "editor": {"title": "Author"},
                "owner": {"title": "Owner", "permissions": ["audit", "ban", "read", "write"]},
            },
            "admins": {"root": {"mail": "admin@example.org"}},
        },
    ),
    _staff,
    (
        "UPDATE roles SET title = 'Redactor' WHERE code = 'editor'",
        "INSERT INTO permissions (code, about) VALUES ('own', 'Of an admin')",
        (
            "INSERT INTO role_permissions (role_id, permission_id)"
            " SELECT roles.id, permissions.id FROM roles, permissions"
            " WHERE roles.code = 'reader' AND permissions.code = 'own'"
        ),
        (
            "DELETE FROM role_permissions"
            " WHERE role_id IN (SELECT id FROM roles WHERE code = 'editor')"
            " AND permission_id IN (SELECT id FROM permissions WHERE code = 'write')"
        ),
    ),
    (
        "DELETE FROM role_permissions",
        "DELETE FROM menu_entries WHERE code = 'bans'",
        "DELETE FROM roles WHERE code <> 'editor'",
    ),
)
