/**
 * The line work of the certificate, version 1: a woven border, corner rosettes and a pale rosette behind the text,
 * all of vector curves. A curve is written once and repeated by moving or turning the coordinate system with the same
 * operators each time, so that it compresses to almost nothing. No emblem and no seal: the body alone issues.
 * FROZEN ONCE USED: a change makes templates/v2.
 */
import { A4, type Colour, MM, num, type Page, rgb } from '../../src/formats/pdf/drawing.ts';
import { BRONZE, CENTRE, MIST, PINE, WHITE } from './layout.ts';

/** The band's centre line runs this far from the sheet's edge. */
const BAND = 13.5;
const HALF = 3.1;
/** One period of its waves. */
const PERIOD = 9;

/** One period of a sine, from 0 to `length`, as four cubic curves. */
function wave(length: number, height: number): string {
  const quarter = length / 4;
  const [a, b] = [0.3261 * quarter, 0.6381 * quarter];
  const h = 0.5123 * height;
  const curve = (...points: number[]) => `${points.map(num).join(' ')} c`;
  return [
    '0 0 m',
    curve(a, h, b, height, quarter, height),
    curve(2 * quarter - b, height, 2 * quarter - a, h, 2 * quarter, 0),
    curve(2 * quarter + a, -h, 2 * quarter + b, -height, 3 * quarter, -height),
    curve(4 * quarter - b, -height, 4 * quarter - a, -h, 4 * quarter, 0),
    'S',
  ].join(' ');
}

/** One long wave, to be drawn once for each phase. */
function strand(page: Page, periods: number, height: number): string {
  const length = PERIOD * MM;
  const drawn = `${wave(length, height)} 1 0 0 1 ${length.toFixed(4)} 0 cm\n`;
  return page.form(drawn.repeat(periods + 1), [-1, -height - 1, (periods + 1) * length + 1, height + 1]);
}

/** The same wave several times, each a part of a period further on. */
function weave(drawn: string, phases: number): string {
  return `q\n${`${drawn} 1 0 0 1 ${num((-PERIOD * MM) / phases)} 0 cm\n`.repeat(phases)}Q`;
}

function circle(x: number, y: number, rx: number, ry: number): string {
  const k = 0.5523;
  const p = (...points: number[]) => points.map(num).join(' ');
  return (
    `${p(x + rx, y)} m ${p(x + rx, y + ry * k, x + rx * k, y + ry, x, y + ry)} c ` +
    `${p(x - rx * k, y + ry, x - rx, y + ry * k, x - rx, y)} c ${p(x - rx, y - ry * k, x - rx * k, y - ry, x, y - ry)} c ` +
    `${p(x + rx * k, y - ry, x + rx, y - ry * k, x + rx, y)} c`
  );
}

/** `count` copies of a closed curve, turned about a centre. */
function rosette(x: number, y: number, curve: string, count: number, turn = (2 * Math.PI) / count): string {
  const [cos, sin] = [Math.cos(turn).toFixed(6), Math.sin(turn).toFixed(6)];
  return `q 1 0 0 1 ${num(x)} ${num(y)} cm\n${`${curve} S ${cos} ${sin} -${sin} ${cos} 0 0 cm\n`.repeat(count)}Q`;
}

const pen = (colour: Colour, width: number): string => `${rgb(colour)} RG ${num(width)} w`;

function background(page: Page): void {
  const [x, y] = [CENTRE * MM, (A4.height - 150) * MM];
  page.raw(pen(MIST, 0.35));
  page.raw(rosette(x, y, circle(40 * MM, 0, 24 * MM, 15 * MM), 72));
  page.raw(rosette(x, y, circle(17 * MM, 0, 13 * MM, 7 * MM), 48));
}

/** One form for each wave serves all four sides; the corners hide that a side is no whole number of periods. */
function border(page: Page): void {
  const width = A4.width - 2 * BAND;
  const height = A4.height - 2 * BAND;
  const periods = height / PERIOD;
  const wide = weave(strand(page, periods, 2.7 * MM), 6);
  const narrow = weave(strand(page, periods, 1.15 * MM), 2);
  const sides = [
    { x: BAND, y: BAND, turn: '1 0 0 1', run: width },
    { x: BAND, y: A4.height - BAND, turn: '1 0 0 1', run: width },
    { x: BAND, y: BAND, turn: '0 1 -1 0', run: height },
    { x: A4.width - BAND, y: BAND, turn: '0 1 -1 0', run: height },
  ];
  for (const { x, y, turn, run } of sides) {
    const clip = [0, -HALF, run, 2 * HALF].map((value) => num(value * MM)).join(' ');
    page.raw(
      `q ${turn} ${num(x * MM)} ${num(y * MM)} cm ${clip} re W n\n${pen(PINE, 0.22)}\n${wide}\n${pen(BRONZE, 0.3)}\n${narrow}\nQ`,
    );
  }
  const frame = (inset: number, stroke: number, colour: Colour) =>
    page.rectangle(inset, inset, A4.width - 2 * inset, A4.height - 2 * inset, 'S', colour, stroke);
  frame(BAND - HALF - 0.9, 1.1, PINE);
  frame(BAND - HALF, 0.3, PINE);
  frame(BAND + HALF, 0.3, PINE);
  frame(BAND + HALF + 0.9, 0.55, BRONZE);
}

function corners(page: Page): void {
  const side = 2 * (HALF + 0.9);
  const outer = rosette(0, 0, circle(0, 0, 3.5 * MM, 1.5 * MM), 12, Math.PI / 12);
  const inner = rosette(0, 0, circle(0.75 * MM, 0, 0.75 * MM, 0.42 * MM), 12);
  const flower = `${pen(PINE, 0.25)}\n${outer}\n${pen(BRONZE, 0.35)}\n${inner}`;
  for (const x of [BAND, A4.width - BAND]) {
    for (const y of [BAND, A4.height - BAND]) {
      page.rectangle(x - side / 2, y - side / 2, side, side, 'f', WHITE);
      page.rectangle(x - side / 2, y - side / 2, side, side, 'S', PINE, 1.1);
      page.raw(`q 1 0 0 1 ${num(x * MM)} ${num((A4.height - y) * MM)} cm ${flower} Q`);
    }
  }
}

/** A thin rule with a lozenge in its middle, under the title. */
export function flourish(page: Page, y: number): void {
  page.line(CENTRE - 46, y, CENTRE - 4, y, 0.5, BRONZE);
  page.line(CENTRE + 4, y, CENTRE + 46, y, 0.5, BRONZE);
  const [x, py] = [CENTRE * MM, (A4.height - y) * MM];
  const lozenge = (w: number, h: number) =>
    `${num(x - w)} ${num(py)} m ${num(x)} ${num(py + h)} l ${num(x + w)} ${num(py)} l ${num(x)} ${num(py - h)} l h`;
  page.raw(`${rgb(BRONZE)} rg ${lozenge(3.6, 1.5)} f ${pen(BRONZE, 0.4)} ${lozenge(8, 3.2)} S`);
}

export function ornament(page: Page): void {
  page.raw('1 J 1 j');
  background(page);
  border(page);
  corners(page);
  page.raw('0 J 0 j');
}
