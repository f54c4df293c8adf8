using System;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
#endif

namespace Meetgate;

/// <summary>What waits for the result of one asynchronous call of the C library.</summary>
internal interface ICompletion
{
    /// <summary>Comes exactly once, on a thread of the library, and must not throw. It frees the text.</summary>
    void Complete(int status, nint text);
}

/// <summary>The one function that the C library gives all results to. Each call is known by a handle, which roots it meanwhile.</summary>
internal static unsafe class Completion
{
#if NET8_0_OR_GREATER
    internal const bool IsUsable = true;

    internal static readonly nint Function = (nint)(delegate* unmanaged[Cdecl]<nint, int, nint, void>)&Take;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
#else
    /// <summary>
    /// Not on Mono: when a program ends, Mono aborts every thread that ever called into it, and waits for those of the library.
    /// </summary>
    internal static readonly bool IsUsable = Type.GetType("Mono.Runtime") == null;

    /// <summary>In a field: the collector does not see that C holds it.</summary>
    private static readonly NativeMethods.Completion Kept = Take;

    internal static readonly nint Function = Marshal.GetFunctionPointerForDelegate(Kept);

#endif
    private static void Take(nint userData, int status, nint replyJson)
    {
        var root = GCHandle.FromIntPtr(userData);
        var call = (ICompletion)root.Target!;
        root.Free();
        call.Complete(status, replyJson);
    }
}
