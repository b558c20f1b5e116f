/**
 * What a page shows: its content streams carried out (ISO 32000-1 §8, §9, §14.6), with the place of every glyph, image
 * and painted area. Nothing is drawn.
 */
import {
  type Box,
  boxOf,
  cornersOf,
  countShades,
  extendBy,
  IDENTITY,
  initialState,
  intersect,
  isEmpty,
  layGlyphs,
  type Matrix,
  multiply,
  NOWHERE,
  type Paint,
  type ShownImage,
  type ShownText,
  type State,
  toColour,
  toMatrix,
} from './geometry.ts';
import { Lexer } from './lexer.ts';
import { LIMITS, malformed, tooLarge } from './limits.ts';
import { type PdfFile, skipInlineImage } from './object-file.ts';
import { checkOperands, type Dict, isWhole, Name, Stream, type Value, Word } from './objects.ts';
import { type PdfFont, readFont } from './page-fonts.ts';

interface Mark {
  mcid?: number;
  artifact: boolean;
  actualText?: string;
  layer: boolean;
}

const NO_MARK: Mark = { artifact: false, layer: false };

export class Canvas {
  readonly texts: ShownText[] = [];
  readonly images: ShownImage[] = [];
  readonly paints: Paint[] = [];
  readonly #file: PdfFile;
  readonly #fonts: Map<Dict, PdfFont>;
  readonly #openForms: Stream[] = [];
  #state: State;
  #saved: State[] = [];
  #marks: Mark[] = [NO_MARK];
  #resources: Dict = new Map();
  #path: Box = NOWHERE;
  #clips = false;
  #line: Matrix = IDENTITY;
  #pen: Matrix = IDENTITY;
  #order = 0;

  /** @param fonts those already read, shared by the canvases of one file */
  constructor(file: PdfFile, fonts: Map<Dict, PdfFont>, ctm: Matrix, clip: Box) {
    this.#file = file;
    this.#fonts = fonts;
    this.#state = initialState(ctm, clip);
  }

  run(bytes: Uint8Array, resources: Dict): void {
    const outer = [this.#resources, this.#saved, this.#marks] as const;
    this.#resources = resources;
    this.#saved = [];
    this.#marks = [this.#mark];
    const lexer = new Lexer(bytes, this.#file.budget);
    this.#file.budget.spend('work', bytes.length);
    const operands: Value[] = [];
    for (let token = lexer.token(); token !== undefined; token = lexer.token()) {
      if (!(token instanceof Word)) {
        if (operands.push(token) > LIMITS.operands) throw tooLarge('operands');
        continue;
      }
      this.#file.budget.spend('operators');
      checkOperands(token.text, operands);
      if (token.text === 'BI') this.#image(skipInlineImage(lexer, this.#file), true);
      else this.#operate(token.text, operands);
      operands.length = 0;
    }
    [this.#resources, this.#saved, this.#marks] = outer;
  }

  get #mark(): Mark {
    return this.#marks.at(-1) as Mark;
  }

  #resource(kind: string, value: Value | undefined): Value {
    return value instanceof Name ? this.#file.get(this.#file.dict(this.#resources.get(kind)).get(value.text)) : null;
  }

  /** Carries out what `checkOperands` let pass. */
  #operate(operator: string, operands: readonly Value[]): void {
    const state = this.#state;
    const [first, second] = operands;
    const numbers = operands as readonly Value[] as number[];
    switch (operator) {
      case 'q':
        if (this.#saved.push({ ...state }) > LIMITS.states) throw tooLarge('states');
        return;
      case 'Q':
        this.#state = this.#saved.pop() ?? state;
        return;
      case 'cm':
        state.ctm = multiply(toMatrix(numbers), state.ctm);
        return;
      case 'w':
        state.lineWidth = first as number;
        return;
      case 'gs':
        return this.#graphicsState(this.#file.dict(this.#resource('ExtGState', first)));
      case 'g':
      case 'rg':
      case 'k':
        return this.#fill(numbers, operands.length);
      case 'cs':
        return this.#space(first);
      case 'sc':
      case 'scn':
        return this.#fill(
          numbers.filter((one) => typeof one === 'number'),
          state.components,
        );
      case 'm':
      case 'l':
      case 'c':
      case 'v':
      case 'y':
        this.#path = extendBy(this.#path, state.ctm, numbers);
        return;
      case 're':
        this.#path = extendBy(this.#path, state.ctm, cornersOf(numbers));
        return;
      case 'W':
      case 'W*':
        this.#clips = true;
        return;
      case 'n':
        return this.#paint();
      case 'S':
      case 's':
        return this.#paint('stroke');
      case 'f':
      case 'F':
      case 'f*':
        return this.#paint('fill');
      case 'B':
      case 'B*':
      case 'b':
      case 'b*':
        return this.#paint('fill', true);
      case 'sh':
        return this.#add(this.paints, { ...state.clip, kind: 'shading' });
      case 'Do':
        return this.#object(this.#resource('XObject', first));
      case 'BMC':
        return this.#begin(first, undefined);
      case 'BDC':
        return this.#begin(first, second instanceof Name ? this.#resource('Properties', second) : second);
      case 'EMC':
        if (this.#marks.length > 1) this.#marks.pop();
        return;
      default:
        return this.#text(operator, operands, numbers);
    }
  }

  #text(operator: string, operands: readonly Value[], numbers: readonly number[]): void {
    const state = this.#state;
    const [x = 0, y = 0] = numbers;
    switch (operator) {
      case 'BT':
        this.#pen = this.#line = IDENTITY;
        return;
      case 'Tf':
        return this.#font(this.#resource('Font', operands[0]), y);
      case 'Tc':
        state.charSpace = x;
        return;
      case 'Tw':
        state.wordSpace = x;
        return;
      case 'Tz':
        state.stretch = x / 100;
        return;
      case 'TL':
        state.leading = x;
        return;
      case 'Ts':
        state.rise = x;
        return;
      case 'Tr':
        if (!isWhole(x) || x > 7) throw malformed('text has an unknown rendering mode');
        state.mode = x;
        return;
      case 'Tm':
        this.#pen = this.#line = toMatrix(numbers);
        return;
      case 'TD':
        state.leading = -y;
        return this.#move(x, y);
      case 'Td':
        return this.#move(x, y);
      case 'T*':
        return this.#move(0, -state.leading);
      case 'Tj':
        return this.#show(operands);
      case 'TJ':
        return this.#show(operands[0] as Value[]);
      case "'":
      case '"':
        if (operator === '"') [state.wordSpace, state.charSpace] = [x, y];
        this.#move(0, -state.leading);
        return this.#show(operands.slice(-1));
      default: // The others change nothing of what is reported.
    }
  }

  #add<Item>(list: Item[], item: Omit<Item, 'order'>): void {
    list.push({ ...item, order: this.#order++ } as Item);
  }

  #graphicsState(dict: Dict): void {
    const alpha = this.#file.number(dict.get('ca'));
    if (alpha !== undefined) this.#state.faint = alpha < 0.1;
    if (dict.has('SMask')) this.#state.faint = this.#file.name(dict.get('SMask')) !== 'None';
    const font = this.#file.array(dict.get('Font'));
    if (font.length === 2) this.#font(this.#file.get(font[0]), this.#file.number(font[1]) ?? 0);
  }

  #fill(parts: readonly number[], components: number): void {
    this.#state.fill = components === parts.length ? toColour(parts) : undefined;
    this.#state.components = components;
  }

  #space(name: Value | undefined): void {
    this.#state.components = countShades(this.#file, this.#resource('ColorSpace', name) ?? name);
    this.#state.fill = this.#state.components === 0 ? undefined : [0, 0, 0];
  }

  #paint(kind?: 'fill' | 'stroke', stroked = kind === 'stroke'): void {
    const { ctm, clip, fill, lineWidth } = this.#state;
    const pen = stroked ? (lineWidth * Math.max(Math.hypot(ctm[0], ctm[1]), Math.hypot(ctm[2], ctm[3]))) / 2 : 0;
    const { left, bottom, right, top } = this.#path;
    const seen = intersect({ left: left - pen, bottom: bottom - pen, right: right + pen, top: top + pen }, clip);
    if (kind !== undefined && !isEmpty(seen))
      this.#add(this.paints, { ...seen, kind, ...(kind === 'fill' && fill !== undefined ? { colour: fill } : {}) });
    if (this.#clips) this.#state.clip = intersect(clip, this.#path);
    this.#path = NOWHERE;
    this.#clips = false;
  }

  #object(found: Value): void {
    if (!(found instanceof Stream)) return;
    const subtype = this.#file.name(found.dict.get('Subtype'));
    if (subtype === 'Image') this.#image(found, false);
    else if (subtype === 'Form') this.form(found);
  }

  #image(stream: Stream, inline: boolean): void {
    const { dict } = stream;
    const box = intersect(boxOf(this.#state.ctm, 0, 0, 1, 1), this.#state.clip);
    if (isEmpty(box)) return;
    const size = (key: string, short: string) => this.#file.number(dict.get(key) ?? dict.get(short)) ?? 0;
    // Samples are not decoded, only what wraps a format of its own.
    const filter = this.#file.get(dict.get('Filter') ?? dict.get('F'));
    const name = this.#file.name(Array.isArray(filter) ? filter.at(-1) : filter);
    const decoded =
      !inline && name !== undefined && /^(DCT|JPX)Decode$/.test(name) ? this.#file.decode(stream) : undefined;
    this.#add(this.images, {
      ...box,
      width: size('Width', 'W'),
      height: size('Height', 'H'),
      ...(name === undefined ? {} : { format: name }),
      ...(decoded === undefined ? {} : { bytes: decoded.bytes }),
    });
  }

  /** Shows a form XObject, or the appearance of an annotation. */
  form(stream: Stream): void {
    const { dict } = stream;
    if (this.#openForms.includes(stream)) throw malformed('a form contains itself', 'loop');
    if (this.#openForms.length >= LIMITS.forms) throw tooLarge('forms');
    const outer = [this.#state, this.#line, this.#pen] as const;
    const ctm = multiply((this.#file.numbers(dict.get('Matrix'), 6) as Matrix | undefined) ?? IDENTITY, outer[0].ctm);
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = this.#file.numbers(dict.get('BBox'), 4) ?? [];
    this.#state = { ...outer[0], ctm, clip: intersect(outer[0].clip, boxOf(ctm, x1, y1, x2 - x1, y2 - y1)) };
    const own = this.#file.get(dict.get('Resources'));
    this.#openForms.push(stream);
    if (dict.has('OC')) this.#marks.push({ ...this.#mark, layer: true });
    this.run(this.#file.data(stream), own instanceof Map ? own : this.#resources);
    if (dict.has('OC')) this.#marks.pop();
    this.#openForms.pop();
    [this.#state, this.#line, this.#pen] = outer;
  }

  #begin(tag: Value | undefined, properties: Value | undefined): void {
    const dict = this.#file.dict(properties);
    const mark = { ...this.#mark };
    const mcid = this.#file.number(dict.get('MCID'));
    const actualText = this.#file.text(dict.get('ActualText'));
    if (mcid !== undefined) mark.mcid = mcid;
    if (actualText !== undefined) mark.actualText = actualText;
    if (tag instanceof Name && tag.text === 'Artifact') mark.artifact = true;
    if (tag instanceof Name && tag.text === 'OC') mark.layer = true;
    if (this.#marks.push(mark) > LIMITS.states) throw tooLarge('states');
  }

  #font(dict: Value, size: number): void {
    if (!(dict instanceof Map)) throw malformed('its page uses a font that is not there');
    let font = this.#fonts.get(dict);
    if (font === undefined) this.#fonts.set(dict, (font = readFont(this.#file, dict)));
    this.#state.font = font;
    this.#state.size = size;
  }

  #move(x: number, y: number): void {
    this.#pen = this.#line = multiply([1, 0, 0, 1, x, y], this.#line);
  }

  #show(parts: readonly Value[]): void {
    const { font, mode, fill, faint } = this.#state;
    const { glyphs, outside, end, pen, size } = layGlyphs(this.#state, this.#pen, parts, this.#file.budget);
    this.#pen = pen;
    const [first] = glyphs;
    if (first === undefined || font === undefined) return;
    const { layer, ...mark } = this.#mark;
    const veiled = layer ? 'layer' : faint ? 'transparent' : outside ? 'clip' : undefined;
    this.#add(this.texts, {
      text: glyphs.map((glyph) => glyph.text).join(''),
      glyphs,
      x: first.x,
      y: first.y,
      endX: end[0],
      endY: end[1],
      size,
      font: font.name,
      mode,
      ...mark,
      depth: this.#openForms.length,
      ...(fill === undefined ? {} : { colour: fill }),
      ...(veiled === undefined ? {} : { veiled }),
    });
  }
}
