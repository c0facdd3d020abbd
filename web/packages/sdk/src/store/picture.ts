// Pictures made smaller before they go up. Drawing them anew also leaves out where and how they were taken.

const MAX_PIXELS = 1600;
const QUALITY = 0.85;

/** Kinds that are drawn anew. Others, as GIF and SVG, may move or have no size. */
const DRAWN = new Set(['image/jpeg', 'image/png', 'image/webp']);

/**
 * The picture with its longest side at most `maxPixels` (0: as it is). What cannot be drawn here, and what would get
 * larger without being a photograph, stays as it is.
 */
export async function scaledDown(file: Blob, maxPixels = MAX_PIXELS): Promise<Blob> {
  if (maxPixels === 0 || !DRAWN.has(file.type) || typeof createImageBitmap === 'undefined') {
    return file;
  }
  try {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const scale = Math.min(1, maxPixels / Math.max(picture.width, picture.height));
    if (scale === 1 && file.type !== 'image/jpeg') {
      return file; // only photographs say where they were taken
    }
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const drawn = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, file.type, QUALITY));
    // A photograph that has grown is still better than one that says where it was taken.
    return drawn && (file.type === 'image/jpeg' || drawn.size < file.size) ? drawn : file;
  } catch {
    return file;
  }
}
