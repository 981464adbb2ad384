/** Makes an element. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  text = '',
): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}

/** A button that does not send a form. */
export function button(text: string, pressed: () => void): HTMLButtonElement {
  const made = element('button', '', text);
  made.type = 'button';
  made.addEventListener('click', pressed);
  return made;
}

/** A labelled choice. @param changed is told the place of the option that was chosen */
export function choice(label: string, options: readonly string[], changed: (place: number) => void): HTMLLabelElement {
  const around = element('label', '', `${label} `);
  const select = element('select');
  for (const option of options) select.add(new Option(option));
  select.addEventListener('change', () => changed(select.selectedIndex));
  around.append(select);
  return around;
}

/** A word that is read aloud when it changes. */
export function liveText(): HTMLSpanElement {
  const made = element('span', 'place');
  made.setAttribute('aria-live', 'polite');
  return made;
}

/** The JSON in a script element of the page; undefined where there is none. */
export function json<T>(id: string): T | undefined {
  const source = document.getElementById(id);
  return source ? (JSON.parse(source.textContent) as T) : undefined;
}

/** Opens each element once, when it comes near the screen. */
export function onceNear(elements: Iterable<Element>, open: (found: HTMLElement) => void, margin = '600px'): void {
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        open(target as HTMLElement);
      }
    },
    { rootMargin: margin },
  );
  for (const each of elements) seen.observe(each);
}
