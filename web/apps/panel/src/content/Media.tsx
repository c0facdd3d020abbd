// Pictures, sound, films and files.

import type { AudioContent, FileContent, ImageContent, VideoContent } from '@deskwire/sdk';
import { useState } from 'preact/hooks';
import { useWords } from '../texts/words.js';
import { Dialog } from '../ui/Dialog.js';
import { Icon } from '../ui/Icon.js';
import { useFreshLink } from './fresh-link.js';

/** The share that has gone up, as long as it goes. */
export function Progress({ share }: { share: number | undefined }) {
  const { t, formats } = useWords();
  return share === undefined || share >= 1 ? null : (
    <div class="upload">
      <progress max={1} value={share} aria-label={t('file.uploading', { percent: formats.percent(share) })} />
      <span aria-hidden="true">{formats.percent(share)}</span>
    </div>
  );
}

/** A picture in its own shape, at most as large as the thread allows; a click shows it whole. */
export function Picture({ image, progress }: { image: ImageContent; progress: number | undefined }) {
  const { t } = useWords();
  const [large, setLarge] = useState(false);
  const small = useFreshLink(image.thumbnail ?? image.url);
  const whole = useFreshLink(image.url);
  const { width = 4, height = 3 } = image;
  const shape = {
    aspectRatio: `${width} / ${height}`,
    width: `${Math.min(240, (240 * width) / height, Math.max(width, 96))}px`,
  };
  return (
    <>
      <button
        class="picture"
        type="button"
        style={shape}
        aria-label={t('image.view', { name: image.name })}
        onClick={() => setLarge(true)}
      >
        <img src={small.url} alt="" loading="lazy" onError={small.renew} />
        <Progress share={progress} />
      </button>
      {large && (
        <Dialog class="viewer" label={t('image.viewer')} onClose={() => setLarge(false)}>
          <img src={whole.url} alt={image.name} onError={whole.renew} />
          <p class="viewer-bar">
            <a
              class="icon-button"
              href={whole.url}
              download={image.name}
              aria-label={t('file.download', { name: image.name })}
            >
              <Icon name="download" />
            </a>
            <button
              class="icon-button"
              type="button"
              aria-label={t('action.close')}
              onClick={() => setLarge(false)}
            >
              <Icon name="close" />
            </button>
          </p>
        </Dialog>
      )}
    </>
  );
}

/** A file to be downloaded. */
export function FileLink({ file, progress }: { file: FileContent; progress: number | undefined }) {
  const { formats } = useWords();
  const link = useFreshLink(file.url);
  return (
    <div class="file">
      <a
        {...(link.url ? { href: link.url } : {})}
        download={file.name}
        target="_blank"
        rel="noopener noreferrer"
      >
        <Icon name="file" />
        <span class="file-name">{file.name}</span>
        {file.size > 0 && <span class="meta">{formats.size(file.size)}</span>}
      </a>
      <Progress share={progress} />
    </div>
  );
}

/** Sound or film with the browser's own controls. */
export function Player({
  content,
  progress,
}: {
  content: AudioContent | VideoContent;
  progress: number | undefined;
}) {
  const { t } = useWords();
  const link = useFreshLink(content.url);
  const label = content.type === 'audio' ? t('content.audio') : t('content.video');
  return (
    <div class="player">
      {content.type === 'audio' ? (
        <audio controls preload="metadata" src={link.url} aria-label={label} onError={link.renew} />
      ) : (
        <video
          controls
          preload="metadata"
          src={link.url}
          poster={content.poster}
          aria-label={label}
          onError={link.renew}
        />
      )}
      <Progress share={progress} />
    </div>
  );
}
