using System;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
#endif

namespace Meetgate;

/// <summary>
/// A session of events of the C library, which gives all events to one function. Each session is known to it by a handle, which roots
/// its reader until the session is closed.
/// </summary>
internal sealed unsafe class EventsHandle : SafeHandle
{
    private readonly GCHandle root;

    /// <param name="events">The session. Its reader may have been called already.</param>
    /// <param name="root">What it knows its reader by.</param>
    internal EventsHandle(nint events, GCHandle root)
        : base(IntPtr.Zero, true)
    {
        this.root = root;
        SetHandle(events);
#if !NET8_0_OR_GREATER
        // When a program ends, Mono waits for every thread that ever called into it: this one ends before.
        AppDomain.CurrentDomain.ProcessExit += Exit;
#endif
    }

    public override bool IsInvalid => handle == IntPtr.Zero;

    /// <summary>Waits for the reader, but not on the session's own thread.</summary>
    protected override bool ReleaseHandle()
    {
#if !NET8_0_OR_GREATER
        AppDomain.CurrentDomain.ProcessExit -= Exit;
#endif
        NativeMethods.meetgate_events_close(handle);
        // C calls it no more. A call that runs has its reader already.
        root.Free();
        return true;
    }

#if NET8_0_OR_GREATER
    internal static readonly nint Function = (nint)(delegate* unmanaged[Cdecl]<nint, nint, void>)&Take;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
#else
    /// <summary>In a field: the collector does not see that C holds it.</summary>
    private static readonly NativeMethods.Event Kept = Take;

    internal static readonly nint Function = Marshal.GetFunctionPointerForDelegate(Kept);

    private void Exit(object? sender, EventArgs nothing) => Dispose();

#endif
    private static void Take(nint userData, nint eventJson)
    {
        try
        {
            ((IEventReader)GCHandle.FromIntPtr(userData).Target!).Take(Utf8.Span(eventJson).ToArray());
        }
#pragma warning disable CA1031 // Of the reader's own making nothing comes here; what the runtime throws must not reach C.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
