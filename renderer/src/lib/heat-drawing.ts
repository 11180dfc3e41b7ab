// Draws stored heat maps in their colours: by one small WebGL2 program for all of them where a graphics card draws, by the
// processor elsewhere. Both give the same pixels. Runs in the page.
import type { ColourMapName } from '../../../electron/common/colour-maps.ts';
import { heatPixels, paintHeat } from './heat.ts';

export type Drawing = 'webgl2' | '2d';

/** Draws that cannot be had, or are done by the processor after all: then the plain loop is faster. */
const BY_PROCESSOR = /swiftshader|llvmpipe|softpipe|software|basic render/i;

const CORNERS = `#version 300 es
void main() {
  // One triangle that covers everything.
  gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0);
}`;

/** A stored byte is a place in the table of colours: nothing is rounded between the map and the screen. */
const COLOURS = `#version 300 es
precision mediump float;
uniform mediump usampler2D map;
uniform mediump sampler2D table;
uniform int side;
out vec4 colour;
void main() {
  // Maps begin at the top, pictures of the graphics card at the bottom.
  ivec2 place = ivec2(int(gl_FragCoord.x), side - 1 - int(gl_FragCoord.y));
  colour = texelFetch(table, ivec2(int(texelFetch(map, place, 0).r), 0), 0);
}`;

interface Program {
  readonly gl: WebGL2RenderingContext;
  readonly side: WebGLUniformLocation | null;
  readonly mostSide: number;
}

/** One context for every cell and the large view: a browser has some sixteen for all. */
export class HeatDrawing {
  /** Not where the processor would play the graphics card, unless a test wants to see just that. */
  readonly #evenSoftware: boolean;
  #canvas: OffscreenCanvas | null = null;
  #program: Program | null = null;
  #tableOf: ColourMapName | null = null;
  #size = 0;

  constructor(evenSoftware = false) {
    this.#evenSoftware = evenSoftware;
    this.#start();
  }

  /** How the next map is drawn. */
  get by(): Drawing {
    return this.#program === null || this.#program.gl.isContextLost() ? '2d' : 'webgl2';
  }

  /** Replaces what is in the canvas by the map in its colours, one pixel for each value. */
  draw(into: HTMLCanvasElement, map: Uint8Array, side: number, name: ColourMapName): void {
    // Setting the size, even to the same, clears it.
    into.width = into.height = side;
    const context = into.getContext('2d');
    if (context === null) return;
    // A map that is cut short is the loop's: a texture has to be whole.
    const whole = map.length >= side * side;
    if (!(whole && this.by === 'webgl2' && this.#byCard(context, map, side, name)))
      byProcessor(context, map, side, name);
  }

  #start(): void {
    const canvas = new OffscreenCanvas(1, 1);
    const gl = canvas.getContext('webgl2', {
      ...{ alpha: true, premultipliedAlpha: true, antialias: false, depth: false, stencil: false },
      failIfMajorPerformanceCaveat: !this.#evenSoftware,
    });
    if (gl === null || (!this.#evenSoftware && BY_PROCESSOR.test(rendererOf(gl)))) {
      // Its place among the contexts is given back.
      gl?.getExtension('WEBGL_lose_context')?.loseContext();
      return;
    }
    this.#canvas = canvas;
    this.#program = build(gl);
    // A card that was reset may come back: until then the processor draws, and what is on the screen stays.
    canvas.addEventListener('webglcontextlost', (event) => event.preventDefault());
    canvas.addEventListener('webglcontextrestored', () => {
      this.#tableOf = null;
      this.#size = 0;
      this.#program = build(gl);
    });
  }

  /** false: the card was lost while it drew, or the map is too large for it. */
  #byCard(context: CanvasRenderingContext2D, map: Uint8Array, side: number, name: ColourMapName): boolean {
    const [canvas, program] = [this.#canvas, this.#program];
    if (canvas === null || program === null || side > program.mostSide) return false;
    const { gl } = program;
    if (this.#size !== side) {
      canvas.width = canvas.height = side;
      gl.viewport(0, 0, side, side);
      gl.uniform1i(program.side, side);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8UI, side, side, 0, gl.RED_INTEGER, gl.UNSIGNED_BYTE, null);
      this.#size = side;
    }
    if (this.#tableOf !== name) {
      gl.activeTexture(gl.TEXTURE1);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, premultiplied(name));
      gl.activeTexture(gl.TEXTURE0);
      this.#tableOf = name;
    }
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, side, side, gl.RED_INTEGER, gl.UNSIGNED_BYTE, map);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    if (gl.isContextLost()) return false;
    context.drawImage(canvas, 0, 0);
    return true;
  }
}

function byProcessor(
  context: CanvasRenderingContext2D,
  map: Uint8Array,
  side: number,
  name: ColourMapName,
): void {
  const image = context.createImageData(side, side);
  paintHeat(map, name, image.data);
  context.putImageData(image, 0, 0);
}

/** As a canvas keeps colours: each multiplied by its own cover. */
function premultiplied(name: ColourMapName): Uint8Array {
  const bytes = new Uint8Array(new Uint32Array(heatPixels(name)).buffer);
  return bytes.map((value, i) => (i % 4 === 3 ? value : Math.round((value * bytes[i | 3]!) / 255)));
}

function rendererOf(gl: WebGL2RenderingContext): string {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  return String(gl.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
}

/** null: this card does not understand the program. */
function build(gl: WebGL2RenderingContext): Program | null {
  const program = gl.createProgram();
  for (const [kind, text] of [
    [gl.VERTEX_SHADER, CORNERS],
    [gl.FRAGMENT_SHADER, COLOURS],
  ] as const) {
    const shader = gl.createShader(kind);
    if (shader === null) return null;
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true) return null;
  gl.useProgram(program);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  // The map's unit last: it is the one that stays active.
  for (const [unit, name] of [
    [1, 'table'],
    [0, 'map'],
  ] as const) {
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    // Without these a texture of one level counts as incomplete.
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.uniform1i(gl.getUniformLocation(program, name), unit);
  }
  const mostSide = Number(gl.getParameter(gl.MAX_TEXTURE_SIZE));
  return { gl, side: gl.getUniformLocation(program, 'side'), mostSide };
}

let shared: HeatDrawing | null = null;

/** The one drawing of the page, made when the first map is there. */
export function drawHeat(into: HTMLCanvasElement, map: Uint8Array, side: number, name: ColourMapName): void {
  shared ??= new HeatDrawing();
  shared.draw(into, map, side, name);
}
