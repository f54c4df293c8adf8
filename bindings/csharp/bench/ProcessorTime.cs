using System.Runtime.InteropServices;

namespace Meetgate.Bench;

/// <summary>How long the processor worked for this process. .NET 8 tells it in steps of 10 ms, the system in nanoseconds.</summary>
internal static unsafe class ProcessorTime
{
    /// <summary>CLOCK_PROCESS_CPUTIME_ID of Linux.</summary>
    private const int OfProcess = 2;

    private static readonly delegate* unmanaged[Cdecl]<int, nint*, int> GetTime =
        (delegate* unmanaged[Cdecl]<int, nint*, int>)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "clock_gettime");

    internal static double Microseconds
    {
        get
        {
            nint* time = stackalloc nint[2];
            _ = GetTime(OfProcess, time);
            return (time[0] * 1e6) + (time[1] / 1e3);
        }
    }
}
