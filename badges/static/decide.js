// What a gate answers: the twin of deciding.py, held together by tests/data/decisions.json.

export function dayAt(days, at) {
  for (let day = 0; day + 1 < days.length; day++) if (days[day] <= at && at < days[day + 1]) return day;
  return -1;
}

// Where an instant falls on a list: {day, window, refusal, period}.
export function place(rule, days, at) {
  const day = dayAt(days, at);
  const window = (rule.windows ?? []).find(one => one.opens <= at && at < one.closes) ?? null;
  const refusal = !rule.windows || window ? null : closed(rule, days, day, at);
  return { day, window, refusal, period: period(rule, window, day, at) };
}

function closed(rule, days, day, at) {
  let windows = rule.windows;
  if (day >= 0) {
    windows = windows.filter(one => one.opens < days[day + 1] && one.closes > days[day]);
  }
  if (!windows.length) return "wrong_day";
  return windows.some(one => one.opens > at) ? "not_yet" : "too_late";
}

function period(rule, window, day, at) {
  if (rule.counts === "day") return day >= 0 ? String(day) : new Date(at).toISOString().slice(0, 10);
  if (rule.counts === "session" && window?.session != null) return String(window.session);
  return "";
}

// The claim of a bearer who is known without a token: by reference or by name.
export const ownClaim = (holder, edition) => ({ edition, days: holder.days, revision: holder.revision });

// Why the bearer may not pass, whatever was scanned before; null when nothing forbids it.
export function refusal({ rules, gate, at, direction, claim, holder }, where) {
  const { directions, check_in_list } = rules.gates[gate];
  const rule = rules.lists[check_in_list];
  if (!claim) return "forged";
  if (claim.edition !== rules.edition) return "wrong_edition";
  if (!holder) return "unknown";
  if (direction === "out") return directions === "in" ? "not_on_list" : null;
  const ended = endedAs(claim, holder, at);
  if (ended) return ended;
  if (directions === "out") return "not_on_list";
  if (where.day >= 0 && !(claim.days >> where.day & 1)) return "wrong_day";
  if (rule.categories && !rule.categories.includes(holder.category)) return "not_on_list";
  if (where.refusal) return where.refusal;
  return seated(holder, where.window, at) ? null : "not_on_list";
}

// What a ticket opens no more for: cancelled, revoked, or no place yet.
export function endedAs(claim, holder, at) {
  const ended = holder.ended_at == null || holder.ended_at <= at;
  if (holder.status === "cancelled" && ended) return "cancelled";
  if (holder.ended_at != null && ended) return "revoked";
  const replaced = holder.replaced_at == null || holder.replaced_at <= at;
  if (claim.revision !== holder.revision && replaced) return "revoked";
  return holder.status === "confirmed" || holder.status === "cancelled" ? null : "waiting";
}

export function seated(holder, window, at) {
  if (!window?.seat || (holder.seats ?? []).includes(window.session)) return true;
  return window.seat_until != null && at >= window.seat_until;
}

// Whether the bearer passes; `standing` ({entered, inside}) is of the list and the period of `where`.
export function decide(question, where, standing) {
  const refused = refusal(question, where);
  if (refused) return refused;
  if (question.direction === "out") return "left";
  const rule = question.rules.lists[question.rules.gates[question.gate].check_in_list];
  return admits(rule, standing) ? "admitted" : "already_in";
}

export function admits(rule, standing) {
  if (rule.counts === "never" || !standing.entered) return true;
  return rule.reentry && !standing.inside;
}

// Where somebody stands: by the manifest's check-in, then what this phone read since (`own`). A scan that was taken
// back leads to where they stood before it.
export function standingOf(checkIn, own, rule) {
  const steps = own.filter(step => step.let_in || !step.refusal).sort(byTurn);
  const undone = steps.findIndex(step => step.undone);
  let standing = undone < 0 ? { entered: checkIn?.a != null, inside: Boolean(checkIn?.i) } : steps[undone].before;
  for (const step of steps.slice(Math.max(undone, 0))) {
    if (step.undone) continue;
    if (step.direction === "out") standing = { entered: standing.entered, inside: false };
    else if (step.let_in || admits(rule, standing)) standing = { entered: true, inside: true };
  }
  return standing;
}

const byTurn = (one, other) => one.at - other.at || one.seq - other.seq;
