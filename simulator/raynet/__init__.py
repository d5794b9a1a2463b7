"""The simulated Raynet CRM: several instances behind one API, as raynet-api (facts) describes it.

Words: *instance* = one customer's CRM; *kind* = path name of an activity type (``phoneCall``); *entity name* = its
PascalCase form (``PhoneCall``); *switch* = one reading of something nobody has established.
"""

from simulator.raynet.records import Activity, Participant, Ref
from simulator.raynet.service import RaynetService
from simulator.raynet.switches import RaynetSwitches

__all__ = ["Activity", "Participant", "RaynetService", "RaynetSwitches", "Ref"]
