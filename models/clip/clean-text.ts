// Cleans what a person typed before it is tokenized, as the official CLIP code does (ftfy, html, spaces, lower case).
// Runs anywhere (pure TypeScript).
import { unescapeHtml } from './html-entities.ts';

/** Invisible characters that ftfy drops: ASCII controls without tab and line ends, marks of old standards, BOM. */
const CONTROLS = /[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g;
/** Ligatures and full-width or half-width forms: these and no others are replaced by their plain letters. */
const FORMS = /[ĲĳŉǄ-ǌǱ-ǳ\ufb00-\ufb06\u3000\uff01-\uffef]/g;
/** The literal names of the start and end tokens; the official tokenizer would turn them into the tokens. */
const SPECIALS = /<(?:start|end)_of_text>/g;

/**
 * The text as CLIP's tokenizer sees it: HTML references resolved twice, typographic forms made plain, NFC, white
 * space collapsed and trimmed, lower case. Of ftfy's repairs only mojibake ("cafÃ©") and terminal codes are left
 * out. `<start_of_text>` and `<end_of_text>` are removed (Specification § A.2, Appendix 4.4 and 4.5).
 */
export function cleanText(text: string): string {
  return unescapeHtml(unescapeHtml(text))
    .replace(FORMS, (form) => form.normalize('NFKC'))
    .replace(/[\u02bc\u2018-\u201b]/g, "'")
    .replace(/[\u201c-\u201f]/g, '"')
    .replace(CONTROLS, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(SPECIALS, ' ')
    .replace(/[\s\x85]+/g, ' ')
    .trim();
}
