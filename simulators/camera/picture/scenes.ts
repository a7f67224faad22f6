/**
 * What a simulated camera looks at: a still ground, and things that move over it. Everything is in fractions of the
 * picture, so one scene serves every size; movements repeat after `LOOP_SECONDS`, so that the loop has no seam.
 */
export const LOOP_SECONDS = 10;
export const FRAMES_PER_SECOND = 25;
export const LOOP_FRAMES = LOOP_SECONDS * FRAMES_PER_SECOND;

/** Where, and what value there: ffmpeg `geq` expressions of `u` and `v`, 0 to 1 from the top left. The first hit counts. */
type Layers = readonly (readonly [where: string, value: string])[];

/** Brightness and colour of what stands still. */
type Ground = Readonly<{ luma: Layers; cb: Layers; cr: Layers }>;

/** A coloured box; `x` and `y` of its top left corner are expressions of `t`, in seconds. */
type Mover = Readonly<{ colour: string; width: number; height: number; x: string; y: string }>;

export type Scene = Readonly<{ name: string; ground: Ground; movers: readonly Mover[] }>;

/** Once across the picture in a loop, from beyond the left edge to beyond the right one. */
const across = (width: number, delay: number): string => `-${width}+${1 + width}*mod(t+${delay},10)/10`;
const back = (width: number, delay: number): string => `1-${1 + width}*mod(t+${delay},10)/10`;

/** A double-track line at dusk, with its fence, from a mast beside it. */
const railway: Scene = {
  name: 'railway',
  ground: {
    luma: [
      ['lt(v,0.36+0.03*sin(u*9))', '90-90*v'],
      ['lt(v,0.40)', '34+4*sin(u*40)'],
      ['lt(min(abs(abs(u-0.5)-(v-0.36)*0.22),abs(abs(u-0.5)-(v-0.36)*0.52)),0.008*v)', '165'],
      ['lt(abs(u-0.5),(v-0.36)*0.62)*lt(mod(6/(v-0.28),1),0.35)', '60'],
      ['lt(abs(u-0.5),(v-0.36)*0.75)', '84+7*sin(u*300)*sin(v*260)'],
      ['gt(u,0.86)*lt(mod(u*60,2),0.3)*between(v,0.42,0.80)', '128'],
      ['gt(u,0.86)*lt(abs(mod(v*12,1)-0.5),0.06)*between(v,0.45,0.78)', '116'],
      ['1', '54+8*sin(u*90+v*70)*sin(v*120)'],
    ],
    cb: [
      ['lt(v,0.38)', '142-10*v'],
      ['1', '120'],
    ],
    cr: [
      ['lt(v,0.38)', '122+16*v'],
      ['lt(abs(u-0.5),(v-0.36)*0.75)', '129'],
      ['1', '121'],
    ],
  },
  movers: [
    { colour: '0x5a3a22', width: 0.05, height: 0.055, x: '0.70+0.06*sin(t*2*PI/10)', y: '0.62+0.01*sin(t*2*PI/5)' },
    {
      colour: '0x4a2f1b',
      width: 0.018,
      height: 0.03,
      x: '0.745+0.06*sin(t*2*PI/10)',
      y: '0.605+0.012*sin(t*2*PI/2.5)',
    },
    { colour: '0xc8b070', width: 0.012, height: 0.012, x: '0.497', y: '0.385+0.004*sin(t*2*PI)' },
    { colour: '0x203040', width: 0.2, height: 0.035, x: across(0.2, 3), y: '0.385' },
  ],
};

/** The gate of a compound: wall, door leaf, lamp, intercom; people go past. */
const door: Scene = {
  name: 'door',
  ground: {
    luma: [
      ['lt(v,0.14)', '36'],
      ['gt(v,0.82)', '74+18*lt(mod(u*12+v*3,1),0.05)'],
      ['between(u,0.35,0.63)*between(v,0.24,0.82)*lt(min(min(abs(u-0.35),abs(u-0.63)),(v-0.24)*0.56),0.012)', '140'],
      ['lt(abs(u-0.49),0.004)*gt(v,0.24)', '26'],
      ['lt(abs(v-0.55),0.012)*between(u,0.50,0.53)', '180'],
      ['between(u,0.35,0.63)*gt(v,0.24)', '58-10*lt(mod(v*8,1),0.06)-10*lt(mod(u*18,1),0.1)'],
      ['between(u,0.67,0.71)*between(v,0.44,0.56)', '150-50*lt(abs(v-0.50),0.015)'],
      ['lt(hypot(u-0.49,(v-0.19)*0.56),0.018)', '228'],
      [
        'lt(mod(v*14,1),0.07)+lt(mod(u*10+0.5*floor(v*14),1),0.03)',
        '74+55*exp(-18*(pow(u-0.49,2)+pow((v-0.19)*0.56,2)))',
      ],
      ['1', '88+60*exp(-18*(pow(u-0.49,2)+pow((v-0.19)*0.56,2)))'],
    ],
    cb: [
      ['lt(hypot(u-0.49,(v-0.19)*0.56),0.2)', '114'],
      ['1', '122'],
    ],
    cr: [
      ['between(u,0.35,0.63)*between(v,0.24,0.82)', '126'],
      ['1', '138'],
    ],
  },
  movers: [
    { colour: '0x2b3a55', width: 0.045, height: 0.27, x: across(0.045, 0), y: '0.60+0.006*sin(t*2*PI)' },
    { colour: '0xa07858', width: 0.026, height: 0.06, x: `0.0095+${across(0.045, 0)}`, y: '0.545+0.006*sin(t*2*PI)' },
    { colour: '0x60c060', width: 0.008, height: 0.012, x: '0.686', y: '0.46+2*gt(mod(t,1),0.5)' },
    { colour: '0x3c4430', width: 0.03, height: 0.02, x: '0.08+0.04*sin(t*2*PI/10)', y: '0.86+0.02*cos(t*2*PI/5)' },
  ],
};

/** A street of the Sharp Eyes project: houses with lit windows, two lanes, cars both ways. */
const street: Scene = {
  name: 'street',
  ground: {
    luma: [
      ['lt(v,0.10+0.06*gt(mod(u*5,1),0.5)+0.05*gt(mod(u*3,1),0.6))', '44'],
      [
        'lt(v,0.52)*lt(mod(u*20,1),0.5)*lt(mod(v*14,1),0.5)',
        'if(gt(sin(floor(u*20)*12.9+floor(v*14)*78.2),0.35),165,38)',
      ],
      ['lt(v,0.52)', '66+10*gt(mod(u*5,1),0.5)'],
      ['lt(v,0.60)', '112-8*lt(mod(u*18,1),0.05)'],
      ['lt(abs(v-0.78),0.008)*lt(mod(u*8,1),0.5)', '190'],
      ['lt(abs(v-0.615),0.006)', '160'],
      ['1', '62+3*sin(u*200)*sin(v*170)'],
    ],
    cb: [
      ['lt(v,0.12)', '138'],
      ['lt(v,0.52)', '122'],
      ['1', '128'],
    ],
    cr: [
      ['between(v,0.12,0.52)', '134'],
      ['1', '127'],
    ],
  },
  movers: [
    { colour: '0x8a2020', width: 0.13, height: 0.075, x: across(0.13, 1), y: '0.665' },
    { colour: '0x4a5560', width: 0.07, height: 0.05, x: `0.03+${across(0.13, 1)}`, y: '0.62' },
    { colour: '0xb8b8b0', width: 0.16, height: 0.1, x: back(0.16, 6), y: '0.83' },
    { colour: '0x303840', width: 0.09, height: 0.06, x: `0.04+${back(0.16, 6)}`, y: '0.78' },
    { colour: '0x355a3a', width: 0.02, height: 0.1, x: '0.3+0.25*sin(t*2*PI/10)', y: '0.51+0.004*sin(t*2*PI/0.5)' },
  ],
};

/** From a look-out tower: ridges behind each other, a river, the line with a distant train, a cloud. */
const lookout: Scene = {
  name: 'lookout',
  ground: {
    luma: [
      ['lt(v,0.30+0.05*sin(u*6)+0.02*sin(u*17))', '150-90*v'],
      ['lt(v,0.42+0.04*sin(u*8+2)+0.015*sin(u*23))', '96'],
      ['lt(v,0.54+0.03*sin(u*5+4))', '76+3*sin(u*60)'],
      ['lt(abs(v-0.60-0.02*u),0.008)', '140'],
      ['lt(abs(v-0.80-0.08*sin(u*4)),0.04)', '108+6*sin(u*80+v*200)'],
      ['1', '58+9*sin(u*50)*sin(v*60)+5*lt(mod(u*9+v*4,1),0.06)'],
    ],
    cb: [
      ['lt(v,0.30)', '146-20*v'],
      ['lt(v,0.54)', '132'],
      ['lt(abs(v-0.80-0.08*sin(u*4)),0.04)', '138'],
      ['1', '114'],
    ],
    cr: [
      ['lt(v,0.54)', '119'],
      ['lt(abs(v-0.80-0.08*sin(u*4)),0.04)', '120'],
      ['1', '118'],
    ],
  },
  movers: [
    { colour: '0xd8d8d0', width: 0.16, height: 0.014, x: across(0.16, 0), y: '0.594+0.02*mod(t,10)/10' },
    { colour: '0xa8a8b0', width: 0.14, height: 0.03, x: '0.35+0.03*sin(t*2*PI/10)', y: '0.16' },
    { colour: '0x909098', width: 0.2, height: 0.02, x: '0.33+0.03*sin(t*2*PI/10)', y: '0.185' },
    { colour: '0x2c3428', width: 0.012, height: 0.02, x: '0.62+0.05*sin(t*2*PI/10)', y: '0.70+0.02*cos(t*2*PI/10)' },
  ],
};

export const SCENES: readonly Scene[] = [railway, door, street, lookout];

type Size = Readonly<{ width: number; height: number }>;

/** ffmpeg's filter graph that draws the scene from any one picture of the size wanted, into the pad `out`. */
export function sceneGraph({ ground, movers }: Scene, { width, height }: Size): string {
  const planes = `lum='${onPlane(ground.luma)}':cb='${onPlane(ground.cb)}':cr='${onPlane(ground.cr)}'`;
  const still = `[0:v]format=yuv420p,geq=${planes},loop=loop=${LOOP_FRAMES}:size=1,fps=${FRAMES_PER_SECOND}`;
  return [
    `${still},trim=end_frame=${LOOP_FRAMES}[scene0]`,
    ...movers.map((mover, i) => moverGraph(mover, i, { width, height })),
    `[scene${movers.length}]format=yuv420p[out]`,
  ].join(';');
}

function moverGraph({ colour, width, height, x, y }: Mover, i: number, picture: Size): string {
  const size = `${evenSamples(width * picture.width)}x${evenSamples(height * picture.height)}`;
  const box = `color=c=${colour}:s=${size}:r=${FRAMES_PER_SECOND}[box${i}]`;
  const path = `x='W*(${x})':y='H*(${y})'`;
  return `${box};[scene${i}][box${i}]overlay=${path}:eval=frame:shortest=1[scene${i + 1}]`;
}

const evenSamples = (samples: number): number => Math.max(4, 2 * Math.round(samples / 2));

/** Layers as one nested expression; geq's W and H are those of the plane. */
const onPlane = (layers: Layers): string =>
  layers
    .reduceRight((below, [where, value]) => (where === '1' ? value : `if(${where},${value},${below})`), '0')
    .replaceAll(/\bu\b/g, '(X/W)')
    .replaceAll(/\bv\b/g, '(Y/H)');
