// Dark or light theme: the choice made here, or else the system's. Set before anything is drawn, so that nothing flashes.
(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const set = () => {
    document.documentElement.dataset.theme = localStorage.getItem('theme') ?? (dark.matches ? 'dark' : 'light');
    document.dispatchEvent(new Event('theme'));
  };
  set();
  dark.addEventListener('change', set);
  document.addEventListener('click', event => {
    if (event.target.closest('#theme')) {
      localStorage.setItem('theme', document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
      set();
    }
  });
})();
