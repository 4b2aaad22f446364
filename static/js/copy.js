/* Gives every copy field its button; without this file the text can still be selected. */
const fallbackCopy = (input) => {
  input.select();
  return document.execCommand("copy");
};

const copyText = async (input) => {
  try {
    await navigator.clipboard.writeText(input.value);
    return true;
  } catch {
    return fallbackCopy(input);
  }
};

for (const field of document.querySelectorAll("[data-copy]")) {
  const input = field.querySelector("input, textarea");
  const button = field.querySelector("button");
  const outcome = field.querySelector("[data-copy-outcome]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    const copied = await copyText(input);
    outcome.textContent = copied ? outcome.dataset.copied : outcome.dataset.failed;
    input.focus();
    input.select();
  });
}
