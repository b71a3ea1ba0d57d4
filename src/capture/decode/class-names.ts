/** Classes that captures of DCOM are full of, by their CLSID. */
const CLASS_NAMES: Readonly<Record<string, string>> = {
  '00020906-0000-0000-c000-000000000046': 'Word.Document',
  '000209ff-0000-0000-c000-000000000046': 'Word.Application',
  '00024500-0000-0000-c000-000000000046': 'Excel.Application',
  '0002df01-0000-0000-c000-000000000046': 'InternetExplorer.Application',
  '0006f03a-0000-0000-c000-000000000046': 'Outlook.Application',
  '13486d51-4821-11d2-a494-3cb306c10000': 'OPC.ServerList',
  '4590f811-1d3a-11d0-891f-00aa004b2e24': 'WbemLocator',
  '4991d34b-80a1-4291-83b6-3328366b9097': 'BackgroundCopyManager',
  '49b2791a-b1ae-4c90-9b8e-e860ba07f889': 'MMC20.Application',
  '4e14fba2-2e22-11d1-9964-00c04fbbb345': 'EventSystem',
  '8bc3f05e-d86b-11d0-a075-00c04fb68820': 'WbemLevel1Login (WMI)',
  '91493441-5a91-11cf-8700-00aa0060263b': 'PowerPoint.Application',
  '9ba05972-f6a8-11cf-a442-00a0c90a8f39': 'ShellWindows',
  'd99e6e73-fc88-11d0-b498-00a0c90312f3': 'CCertAdminD (AD CS)',
  'd99e6e74-fc88-11d0-b498-00a0c90312f3': 'CCertRequestD (AD CS)',
  'c08afd90-f2a1-11d1-8455-00a0c91f3880': 'ShellBrowserWindow',
};

/** The name of a class, where it is one of those that are known here. */
export const className = (clsid: string): string | undefined => CLASS_NAMES[clsid];

export const classNames = (): readonly string[] => Object.values(CLASS_NAMES);

/** The CLSID of a name that `className` gives, in any case, with or without what it adds in brackets. */
export function clsidOf(name: string): string | undefined {
  const wanted = name.trim().toLowerCase();
  return Object.keys(CLASS_NAMES).find((clsid) => {
    const own = (className(clsid) as string).toLowerCase();
    return own === wanted || own.replace(/ \(.*\)$/, '') === wanted;
  });
}
