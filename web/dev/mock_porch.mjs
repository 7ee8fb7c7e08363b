// The mock's porches: enough of them for the page to be looked at and tested.

/** Commands about porches; `mock` is the node, `Refused` its refusal. */
export function porch_commands(mock, Refused) {
  const of = (g) => (g.porch ? mock.group(g.porch.group) : undefined);
  return {
    'porch.status': ({ group }) => {
      const g = mock.group(group);
      const porch = of(g);
      const inner = mock.groups.find((one) => one.porch?.group === group);
      return { is_porch: !!g.is_porch, has_porch: !!g.porch, days: g.porch?.days ?? inner?.porch.days ?? g.porch_days ?? 0,
        can_change: g.my_role === 'organizer', waits: false, notes: g.notes ?? [],
        ...(porch ? { porch: g.porch.group, porch_name: porch.name } : {}), ...(inner ? { inner: inner.group, inner_name: inner.name } : {}) };
    },
    'porch.list': ({ group }) => {
      const g = mock.group(group);
      const day = 86_400_000;
      const days = g.porch_days ?? 0;
      return { days, stays: g.members.map((one) => ({ member: one.member, name: one.name, role: one.role, me: one.me, since: one.since,
        until: one.since + days * day, over: Date.now() >= one.since + days * day, left_out: false, ...(g.asked?.[one.member] ? { asked_at: g.asked[one.member] } : {}) })) };
    },
    'porch.open': ({ group, name, my_name, days }) => {
      const g = mock.group(group);
      if (g.my_role !== 'organizer') throw new Refused('not_allowed');
      const { group: porch } = mock.commands['group.create']({ name, my_name });
      Object.assign(mock.group(porch), { is_porch: true, porch_days: days });
      g.porch = { group: porch, days };
      for (const kind of ['group', 'groups']) mock.notice(kind, group);
      return { porch, change: mock.id('c') };
    },
    'porch.set_days': ({ group, days }) => {
      mock.group(group).porch.days = days;
      mock.notice('group', group);
      return {};
    },
    'porch.close': ({ group }) => {
      delete mock.group(group).porch;
      mock.notice('group', group);
      return {};
    },
    'porch.bring_in': ({ group, member }) => {
      (mock.group(group).asked ??= {})[member] = Date.now();
      mock.notice('group', group);
      return {};
    },
    'porch.ask_into': () => ({}),
    'porch.leave_out': () => ({}),
    'porch.requests': ({ group }) => {
      const g = mock.group(group);
      return { has_porch: !!g.porch, days: g.porch?.days ?? 0, requests: g.list.map((one) => ({ request: one.request, check: 'not_from_porch', name: '' })) };
    },
    'porch.copy_guidance': () => ({ taken: 0, known: 0 }),
    'group.departed': () => ({ departed: [] }),
  };
}
