using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;

namespace Meetgate.Bench;

/// <summary>
/// Keeps all processors from falling asleep, by work that yields to any other. A virtual machine takes 50 µs to wake a processor:
/// between single calls it would be measured how long each way lets it sleep, and the way that works least would look slowest.
/// </summary>
internal sealed class AwakeProcessors : IDisposable
{
    /// <summary>Ends with this process, whatever becomes of it.</summary>
    private const string Spin = "while kill -0 $PPID 2>/dev/null; do :; done";

    private readonly List<Process> spinning = [];

    internal AwakeProcessors()
    {
        try
        {
            for (int i = 0; i < Environment.ProcessorCount; i++)
            {
                spinning.Add(Process.Start("chrt", ["--idle", "0", "sh", "-c", Spin]));
            }
        }
        catch (Win32Exception problem)
        {
            Console.Error.WriteLine("the processors may sleep between calls: " + problem.Message);
        }
    }

    public void Dispose()
    {
        foreach (Process process in spinning)
        {
            process.Kill();
            process.Dispose();
        }
    }
}
