extension Task where Failure == Never {
    /// The task's value; cancelling whoever waits for it cancels the task.
    func valueOrCancel() async -> Success {
        await withTaskCancellationHandler {
            await value
        } onCancel: {
            cancel()
        }
    }
}
