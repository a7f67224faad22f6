export const LEVELS = ['Brightness', 'ColorSaturation', 'Contrast', 'Sharpness'] as const;

/** The picture settings: kept and told, though the drawn picture stays as it is. */
export class PictureSettings {
  readonly levels = new Map<string, number>(LEVELS.map((name) => [name, 50]));
  irCutFilter = 'AUTO';
}
