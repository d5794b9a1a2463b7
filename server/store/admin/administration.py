"""All that administrators do, in one hand."""

from argon2 import PasswordHasher

from server.store.admin.administrators import Administrators
from server.store.admin.alerts import Alerts
from server.store.admin.audit_log import AuditLog
from server.store.admin.changes import Clock, utc_now
from server.store.admin.consents import Consents
from server.store.admin.directories import Directories
from server.store.admin.firm_list import FirmList
from server.store.admin.firms import Firms
from server.store.admin.health import Health
from server.store.admin.item_list import ItemList
from server.store.admin.jobs import Jobs
from server.store.admin.journal import Conflicts, Holds, Passes
from server.store.admin.licences import Licences
from server.store.admin.overview import Overview
from server.store.admin.quotas import Quotas
from server.store.admin.registrations import Registrations
from server.store.admin.run_list import RunList
from server.store.admin.seats import Seats
from server.store.admin.series import Series
from server.store.admin.sessions import Sessions
from server.store.admin.sign_in import SignIn
from server.store.admin.sign_in_gate import SignInGate
from server.store.admin.user_list import UserList
from server.store.database import Database


class Administration:
    """One object for command line and API; every part is thread-safe."""

    def __init__(self, database: Database, now: Clock = utc_now, hasher: PasswordHasher | None = None) -> None:
        self.firms = Firms(database, now)
        self.seats = Seats(database, now)
        self.conflicts = Conflicts(database, now)
        self.holds = Holds(database, now)
        self.passes = Passes(database, now)
        self.administrators = Administrators(database, now, hasher)
        self.overview = Overview(database, now)
        self.health = Health(database, now)
        self.user_list = UserList(database)
        self.item_list = ItemList(database)
        self.run_list = RunList(database, now)
        self.quotas = Quotas(database, now)
        self.audit_log = AuditLog(database)
        self.sessions = Sessions(database, now)
        self.sign_in = SignIn(database, self.administrators, now)
        self.sign_in_gate = SignInGate(database, now)
        self.firm_list = FirmList(database)
        self.licences = Licences(database, now)
        self.consents = Consents(database, now)
        self.alerts = Alerts(database, now)
        self.series = Series(database, now)
        self.jobs = Jobs(database, now)
        self.directories = Directories(database, now)
        self.registrations = Registrations(database, now)
