// Says of each assembly how many sources it was made of, and how many of them a debugger finds in the assembly itself.
using System;
using System.IO;
using System.Linq;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

Guid embeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
foreach (string path in args)
{
    using var assembly = new PEReader(File.OpenRead(path));
    DebugDirectoryEntry entry =
        assembly.ReadDebugDirectory().Single(entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
    using MetadataReaderProvider symbols = assembly.ReadEmbeddedPortablePdbDebugDirectoryData(entry);
    MetadataReader reader = symbols.GetMetadataReader();
    int found = reader.CustomDebugInformation
        .Select(reader.GetCustomDebugInformation)
        .Count(information => reader.GetGuid(information.Kind) == embeddedSource);
    Console.WriteLine($"{found} of {reader.Documents.Count}");
    foreach (DocumentHandle document in reader.Documents)
    {
        Console.WriteLine(reader.GetString(reader.GetDocument(document).Name));
    }
}
