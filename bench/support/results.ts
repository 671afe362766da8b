/** What scenarios report: rows of figures for the two servers, their ratio, and whether the goal is met. */
import { median } from './micro.js';

/** One line of the report. */
export interface Result {
  readonly scenario: string;
  readonly name: string;
  readonly unit: string;
  /** The reference's figure; null where only redstart is measured. */
  readonly reference: number | null;
  readonly redstart: number;
  readonly goal: Goal | null;
  /** Null without a goal. */
  readonly isMet: boolean | null;
  /** What to know when reading the figure. */
  readonly note: string;
}

/** A bound on redstart's figure itself, or on its ratio to the reference's. */
export interface Goal {
  readonly of: 'ratio' | 'figure';
  readonly bound: 'at least' | 'at most';
  readonly value: number;
}

/** A goal on redstart / reference: `ratioGoal('at least', 0.95)`. */
export const ratioGoal = (bound: Goal['bound'], value: number): Goal => ({ of: 'ratio', bound, value });

/** A goal on redstart's own figure. */
export const figureGoal = (bound: Goal['bound'], value: number): Goal => ({ of: 'figure', bound, value });

/** A row from one figure, or from the medians of several rounds. */
export function result(
  scenario: string,
  name: string,
  unit: string,
  figures: { readonly reference: number | readonly number[] | null; readonly redstart: number | readonly number[] },
  options: { readonly goal?: Goal | null; readonly note?: string } = {},
): Result {
  const reference = figures.reference === null ? null : middle(figures.reference);
  const redstart = middle(figures.redstart);
  const goal = options.goal ?? null;
  return {
    scenario,
    name,
    unit,
    reference,
    redstart,
    goal,
    isMet: goal === null ? null : meets(goal, reference, redstart),
    note: options.note ?? '',
  };
}

/** redstart's figure divided by the reference's, or null. */
export function ratioOf(row: Pick<Result, 'reference' | 'redstart'>): number | null {
  return row.reference === null || row.reference === 0 ? null : row.redstart / row.reference;
}

/** The rows as an aligned table. */
export function formatResults(rows: readonly Result[], names: { reference: string; redstart: string }): string {
  const header = ['', 'unit', names.reference, names.redstart, 'ratio', 'goal', '', 'note'];
  const cells = rows.map((row) => [
    row.name,
    row.unit,
    row.reference === null ? '-' : figure(row.reference),
    figure(row.redstart),
    ratioOf(row)?.toFixed(2) ?? '-',
    row.goal === null ? '' : `${row.goal.of === 'ratio' ? '' : 'itself '}${row.goal.bound} ${row.goal.value}`,
    row.isMet === null ? '' : row.isMet ? 'met' : 'MISSED',
    row.note,
  ]);
  const widths = header.map((text, column) => Math.max(text.length, ...cells.map((row) => row[column]!.length)));
  const isNumber = (column: number): boolean => column >= 2 && column <= 4;
  return [header, ...cells]
    .map((row) =>
      row
        .map((text, column) => (isNumber(column) ? text.padStart(widths[column]!) : text.padEnd(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function middle(figures: number | readonly number[]): number {
  return typeof figures === 'number' ? figures : median(figures);
}

function meets(goal: Goal, reference: number | null, redstart: number): boolean | null {
  const value = goal.of === 'figure' ? redstart : ratioOf({ reference, redstart });
  if (value === null) return null;
  return goal.bound === 'at least' ? value >= goal.value : value <= goal.value;
}

function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) >= 100 ? 0 : 2);
}
