using System;
using System.IO;

namespace Meetgate.Tests;

/// <summary>A folder of one's own, gone in the end. Its name is as users' folders are.</summary>
internal sealed class Folder : IDisposable
{
    internal Folder()
    {
        Path = Directory.CreateTempSubdirectory("tests of meetgate, 会议 ").FullName;
    }

    internal string Path { get; }

    internal string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, true);
}
