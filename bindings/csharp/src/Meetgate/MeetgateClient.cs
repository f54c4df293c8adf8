using System;
using System.Threading;
using System.Threading.Tasks;

namespace Meetgate
{
    /// <summary>The base of the clients of all three platforms.</summary>
    /// <remarks>
    /// Any number of threads may use one client at once. <see cref="Dispose()"/> may be called at any time: calls that have begun
    /// come to their end, later ones throw <see cref="ObjectDisposedException"/>.
    /// </remarks>
    public abstract class MeetgateClient : IDisposable
    {
        private readonly Owner owner;
        private readonly byte[] options;

        internal MeetgateClient(string configJson)
        {
            owner = new Owner { Client = this, Handle = ClientHandle.Make(configJson) };
        }

        /// <summary>The same client with options of its own; disposing it does nothing.</summary>
        internal MeetgateClient(MeetgateClient client, CallOptions options)
        {
            owner = client.owner;
            this.options = options == null ? null : Utf8.Json(options.Parameters().ToString(), "options");
        }

        /// <summary>The version of the C library in use.</summary>
        public static string LibraryVersion => NativeLibrary.Version;

        /// <summary>The catalog of all operations, parameters and error numbers, as JSON text: for tools.</summary>
        public static string ReadCatalog() => NativeLibrary.ReadCatalog();

        /// <summary>Calls an operation by its name, with parameters as JSON text.</summary>
        /// <param name="operation">The whole name, such as <c>avd.room.read</c>.</param>
        /// <param name="parametersJson">One JSON object; null means no parameters.</param>
        /// <returns>The platform's answer.</returns>
        /// <exception cref="MeetgateException">The call failed.</exception>
        public Reply Call(string operation, string parametersJson = null) =>
            Run(Named(operation, parametersJson, text => new Reply(text)));

        /// <summary>Calls an operation by its name.</summary>
        /// <param name="operation">The whole name, such as <c>avd.room.read</c>.</param>
        /// <param name="parameters">The parameters by their wire names.</param>
        /// <returns>The platform's answer.</returns>
        /// <exception cref="MeetgateException">The call failed.</exception>
        public Reply Call(string operation, JsonObject parameters) => Call(operation, Text(parameters, "parameters"));

        /// <summary>The twin of <see cref="Call(string, string)"/> that does not block.</summary>
        /// <param name="operation">The whole name, such as <c>avd.room.read</c>.</param>
        /// <param name="parametersJson">One JSON object; null means no parameters.</param>
        /// <param name="cancellationToken">Ends the waiting; the call itself goes on to its end.</param>
        /// <returns>The platform's answer.</returns>
        /// <exception cref="MeetgateException">The call failed.</exception>
        public Task<Reply> CallAsync(
            string operation,
            string parametersJson = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            RunAsync(Named(operation, parametersJson, text => new Reply(text)), cancellationToken);

        /// <summary>The twin of <see cref="Call(string, JsonObject)"/> that does not block.</summary>
        /// <param name="operation">The whole name, such as <c>avd.room.read</c>.</param>
        /// <param name="parameters">The parameters by their wire names.</param>
        /// <param name="cancellationToken">Ends the waiting; the call itself goes on to its end.</param>
        /// <returns>The platform's answer.</returns>
        /// <exception cref="MeetgateException">The call failed.</exception>
        public Task<Reply> CallAsync(
            string operation,
            JsonObject parameters,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            CallAsync(operation, Text(parameters, "parameters"), cancellationToken);

        /// <summary>Sends any request to the platform, signed and judged like an operation, where the catalog has no operation.</summary>
        /// <param name="requestJson">
        /// One JSON object: <c>method</c>, <c>path</c> (whole, from the host root), <c>query</c>, and either <c>body</c> or <c>form</c>.
        /// </param>
        /// <returns>The platform's answer.</returns>
        /// <exception cref="MeetgateException">The call failed.</exception>
        public Reply RawCall(string requestJson) => Run(Raw(requestJson));

        /// <summary>Sends any request to the platform, signed and judged like an operation, where the catalog has no operation.</summary>
        /// <param name="request">
        /// <c>method</c>, <c>path</c> (whole, from the host root), <c>query</c>, and either <c>body</c> or <c>form</c>.
        /// </param>
        /// <returns>The platform's answer.</returns>
        /// <exception cref="MeetgateException">The call failed.</exception>
        public Reply RawCall(JsonObject request) => RawCall(Text(request, "request"));

        /// <summary>The twin of <see cref="RawCall(JsonObject)"/> that does not block.</summary>
        /// <param name="request">
        /// <c>method</c>, <c>path</c> (whole, from the host root), <c>query</c>, and either <c>body</c> or <c>form</c>.
        /// </param>
        /// <param name="cancellationToken">Ends the waiting; the call itself goes on to its end.</param>
        /// <returns>The platform's answer.</returns>
        /// <exception cref="MeetgateException">The call failed.</exception>
        public Task<Reply> RawCallAsync(
            JsonObject request,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            RunAsync(Raw(Text(request, "request")), cancellationToken);

        /// <summary>Tells what the library knows of the client: its address, and the state of its token. Nothing is sent.</summary>
        /// <exception cref="MeetgateException">It could not be asked.</exception>
        /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
        public ClientInfo Info() => Run(() => new ClientInfo(JsonValue.Parse(owner.Handle.Info())));

        /// <summary>
        /// Ends the client. Calls that have begun come to their end, and then its connections are closed; later calls throw
        /// <see cref="ObjectDisposedException"/>. May be called more than once, and from any thread.
        /// </summary>
        public void Dispose()
        {
            if (ReferenceEquals(owner.Client, this))
            {
                owner.IsDisposed = true;
                owner.Handle.Dispose();
            }
        }

        internal void ReplaceToken(byte[] token) => Run(() => owner.Handle.SetToken(token));

        internal void ReplaceTokenProvider(Func<string, ProvidedToken> provider) => Run(() => owner.Handle.SetTokenProvider(provider));

        internal T Send<T>(string operation, Parameters parameters, Func<string, T> make) =>
            Run(Named(operation, parameters.ToString(), make));

        internal Task<T> SendAsync<T>(
            string operation,
            Parameters parameters,
            Func<string, T> make,
            CancellationToken cancellationToken) =>
            RunAsync(Named(operation, parameters.ToString(), make), cancellationToken);

        private static string Text(JsonObject value, string name)
        {
            if (value == null)
            {
                throw new ArgumentNullException(name);
            }
            return value.ToString();
        }

        /// <summary>Everything is turned into bytes here, on the caller's thread.</summary>
        private Func<T> Named<T>(string operation, string parametersJson, Func<string, T> make)
        {
            byte[] name = Utf8.Text(operation, "operation");
            byte[] parameters = Utf8.Json(parametersJson, "params");
            return () => make(owner.Handle.Call(name, parameters, options));
        }

        private Func<Reply> Raw(string requestJson)
        {
            byte[] request = Utf8.Json(requestJson, "request");
            return () => new Reply(owner.Handle.RawCall(request, options));
        }

        private void Run(Action call) => Run<object>(() =>
        {
            call();
            return null;
        });

        private T Run<T>(Func<T> call)
        {
            Hold();
            try
            {
                return call();
            }
            finally
            {
                owner.Handle.DangerousRelease();
            }
        }

        /// <summary>On a thread of its own: the library blocks, and the pool's threads are for the program.</summary>
        private Task<T> RunAsync<T>(Func<T> call, CancellationToken cancellationToken)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                var cancelled = new TaskCompletionSource<T>();
                cancelled.SetCanceled();
                return cancelled.Task;
            }
            Hold();
            Task<T> running;
            try
            {
                running = Task.Factory.StartNew(
                    () =>
                    {
                        try
                        {
                            return call();
                        }
                        finally
                        {
                            owner.Handle.DangerousRelease();
                        }
                    },
                    CancellationToken.None,
                    TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
                    TaskScheduler.Default);
            }
            catch
            {
                owner.Handle.DangerousRelease();
                throw;
            }
            return cancellationToken.CanBeCanceled ? Until(cancellationToken, running) : running;
        }

        /// <summary>Waits for a call until it ends or the waiting does. A call nobody waits for any more ends by itself.</summary>
        private static async Task<T> Until<T>(CancellationToken cancellationToken, Task<T> running)
        {
            var cancelled = new TaskCompletionSource<bool>();
            using (cancellationToken.Register(() => cancelled.TrySetResult(true)))
            {
                Task first = await Task.WhenAny(running, cancelled.Task).ConfigureAwait(false);
                if (first != running)
                {
                    Look(running);
                    throw new OperationCanceledException(cancellationToken);
                }
            }
            return await running.ConfigureAwait(false);
        }

        /// <summary>Looks at the exception a call may end with, or the runtime reports one that nobody saw.</summary>
        private static void Look(Task running) => running.ContinueWith(
            ended => ended.Exception, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously);

        /// <summary>Keeps the handle for a call that begins now, also if the client is disposed before it ends.</summary>
        private void Hold()
        {
            if (owner.IsDisposed)
            {
                throw new ObjectDisposedException(GetType().Name);
            }
            bool isHeld = false;
            owner.Handle.DangerousAddRef(ref isHeld);
        }

        /// <summary>The handle and whose it is: a client and its variants with other options share it.</summary>
        private sealed class Owner
        {
            internal MeetgateClient Client;
            internal ClientHandle Handle;
            internal volatile bool IsDisposed;
        }
    }

    /// <summary>A group of operations of one client.</summary>
    public abstract class OperationGroup
    {
        private readonly MeetgateClient client;

        internal OperationGroup(MeetgateClient client)
        {
            this.client = client;
        }

        internal T Send<T>(string operation, Parameters parameters, Func<string, T> make) =>
            client.Send(operation, parameters, make);

        internal Task<T> SendAsync<T>(
            string operation,
            Parameters parameters,
            Func<string, T> make,
            CancellationToken cancellationToken) =>
            client.SendAsync(operation, parameters, make, cancellationToken);
    }
}
