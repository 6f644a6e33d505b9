/** Facts that accounts commit to the outbox, by topic. The fact itself names the person as its identity. */
import type { RoleName, RoleScope } from '../protocol/roles.ts';

export interface RoleChanged {
  role: RoleName;
  scope: RoleScope;
  change: 'requested' | 'given' | 'refused' | 'ended';
  /** Who changed it. */
  by: string;
}

export interface AccountFacts {
  /** Sessions of a person have ended: their sockets close. */
  'sessions.ended': { sessions: string[] };
  'role.changed': RoleChanged;
}
